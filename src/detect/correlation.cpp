// Correlations as three steps. (1) Matches wait in a heap until nothing earlier can come, so that everything behind it
// works on a sorted stream and never looks back. (2) Each match goes to one group of each correlation that wants it; a
// Sliding window answers at once, Anchored and FromEach windows get a deadline. (3) Deadlines are answered between
// matches, in order of time, so a finding of a lower correlation reaches the higher one at its right place in the
// stream. Cost of a match: one hash lookup per correlation that wants it, O(1) queue work, O(steps) for
// temporal_ordered, O(matches in the window) moves of 8 bytes for percentiles. Nothing depends on the order of hash
// tables.
#include "detect/correlation.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

#include "base/text.h"
#include "detect/correlation_impl.h"

namespace yorozu::detect {

namespace {

constexpr std::size_t kGroupCost = sizeof(Group) + 128;  // with the nodes of map, list and allocator
constexpr std::size_t kTextCost = sizeof(std::string);
constexpr double kLargestNumber = 1e290;  // a full window of these still adds up to a double

/// For a heap with the earliest on top.
struct Later {
  bool operator()(const RuleMatch& a, const RuleMatch& b) const { return key(a) > key(b); }
  static std::tuple<const Timestamp&, const std::uint64_t&, const EventReference&, const std::uint32_t&,
                    const std::vector<std::optional<std::string>>&>
  key(const RuleMatch& m) {
    return {m.time, m.reference.order, m.reference, m.rule, m.values};
  }
};

const std::optional<std::string>* value_at(const Hit& hit, std::uint32_t slot) {
  if (slot >= hit.values.size() || !hit.values[slot]) return nullptr;
  return &hit.values[slot];
}

std::optional<double> parse_number(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.starts_with("0x") || text.starts_with("0X")) {
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), n, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return static_cast<double>(n);
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  double x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(std::abs(x) <= kLargestNumber)) return std::nullopt;
  return x;
}

std::pair<Timestamp, Timestamp> shown_span(const Entries& entries) {
  Timestamp first = entries.front().time, last = Timestamp::none();
  for (const Entry& e : entries) {
    first = std::min(first, e.chained ? e.chained->first : e.time);
    last = std::max(last, e.chained ? e.chained->last : e.time);
  }
  return {first, last};
}

/// What the entries rest on, oldest first; an event that came in through two chains stands once.
Chained flatten(const Entries& entries) {
  Chained out;
  const bool chains = std::any_of(entries.begin(), entries.end(), [](const Entry& e) { return e.chained != nullptr; });
  for (const Entry& e : entries) {
    out.events_total += e.chained ? e.chained->events_total : 1;
    if (!chains && out.events.size() == CorrelationFinding::kMaxEvents) continue;
    if (e.chained)
      out.events.insert(out.events.end(), e.chained->events.begin(), e.chained->events.end());
    else
      out.events.emplace_back(e.time, e.reference);
  }
  if (chains) {
    const bool all_listed = out.events.size() == out.events_total;
    std::sort(out.events.begin(), out.events.end());
    out.events.erase(std::unique(out.events.begin(), out.events.end()), out.events.end());
    if (all_listed) out.events_total = out.events.size();
    if (out.events.size() > CorrelationFinding::kMaxEvents) out.events.resize(CorrelationFinding::kMaxEvents);
  }
  return out;
}

bool is_lower_case_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

void make_heap_of(std::vector<RuleMatch>& matches) {
  std::make_heap(matches.begin(), matches.end(), Later{});
}

std::size_t bytes_of(const RuleMatch& match) {
  std::size_t bytes = sizeof match + match.values.size() * sizeof(match.values[0]);
  for (const auto& value : match.values)
    if (value && value->size() > 15) bytes += value->size();
  return bytes;
}

void append_key_part(std::string_view value, std::string& key) {
  const std::size_t at = key.size();
  key.append(4, '\0');
  if (is_lower_case_ascii(value))
    key += value;
  else if (std::none_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    for (const char c : value) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  else
    key += fold(value);
  const auto size = static_cast<std::uint32_t>(key.size() - at - 4);
  std::memcpy(key.data() + at, &size, sizeof size);
}

Correlator::Impl::Impl(const sigma::RuleSet& rules, const CorrelatorOptions& with)
    : options(with), plans(plan_correlations(rules)) {
  states.reserve(plans.plans.size());
  for (const CorrelationPlan& plan : plans.plans) states.emplace_back(plan);
}

// --- waiting for late matches ---

void Correlator::Impl::push(RuleMatch&& match, const Sink& sink) {
  ++counters.matches;
  if (match.rule >= plans.wanted_by_rule.size() || plans.wanted_by_rule[match.rule].empty()) return;
  if (!match.time.known()) {
    ++counters.without_time;
    return;
  }
  if (high.known() && (match.time < minus(high, options.tolerance_us) || match.time < released)) {
    ++counters.late;
    return;
  }
  if (match.time > high) {
    high = match.time;
    release_before(minus(high, options.tolerance_us), sink);
  }
  pending_bytes += bytes_of(match);
  pending.push_back(std::move(match));
  std::push_heap(pending.begin(), pending.end(), Later{});
  while (pending_bytes > options.max_bytes / 2 && !pending.empty()) {
    ++counters.released_early;
    const Timestamp oldest = pending.front().time;
    release_before({oldest.us == INT64_MAX ? oldest.us : oldest.us + 1}, sink);
    if (oldest.us == INT64_MAX) break;
  }
  counters.bytes = pending_bytes + group_bytes;
  counters.peak_bytes = std::max(counters.peak_bytes, counters.bytes);
}

void Correlator::Impl::release_before(Timestamp limit, const Sink& sink) {
  while (!pending.empty() && pending.front().time < limit) {
    std::pop_heap(pending.begin(), pending.end(), Later{});
    const RuleMatch match = std::move(pending.back());
    pending.pop_back();
    pending_bytes -= bytes_of(match);
    run(match, sink);
  }
  close_before(limit, sink);
}

void Correlator::Impl::close_before(Timestamp limit, const Sink& sink) {
  while (!deadlines.empty() && deadlines.begin()->time < limit) {
    const Deadline due = *deadlines.begin();
    released = std::max(released, due.time);
    close(states[due.correlation], *due.group, sink);
    enforce_bound();
  }
}

void Correlator::Impl::finish(const Sink& sink) {
  while (!pending.empty()) {
    std::pop_heap(pending.begin(), pending.end(), Later{});
    const RuleMatch match = std::move(pending.back());
    pending.pop_back();
    pending_bytes -= bytes_of(match);
    run(match, sink);
  }
  while (!deadlines.empty()) {
    const Deadline due = *deadlines.begin();
    close(states[due.correlation], *due.group, sink);
    enforce_bound();
  }
}

// --- windows ---

void Correlator::Impl::run(const RuleMatch& match, const Sink& sink) {
  close_before(match.time, sink);
  released = std::max(released, match.time);
  for (const CorrelationPlan::Link& link : plans.wanted_by_rule[match.rule])
    on_hit(states[link.correlation], {link.member, match.time, match.time, match.reference, match.values, nullptr},
           sink);
  enforce_bound();
}

bool Correlator::Impl::read_key(const CorrelationPlan& plan, const Hit& hit) {
  key.clear();
  for (const std::uint32_t slot : plan.members[hit.member].group_slots) {
    const auto* value = value_at(hit, slot);
    if (value == nullptr) return false;
    append_key_part(**value, key);
  }
  return true;
}

bool Correlator::Impl::read_value(const CorrelationPlan& plan, const Hit& hit) {
  if (plan.is_temporal() || plan.is_event_count()) return true;
  const std::vector<std::uint32_t>& slots = plan.members[hit.member].value_slots;
  if (plan.is_metric()) {
    const auto* value = slots.empty() ? nullptr : value_at(hit, slots[0]);
    const std::optional<double> number = value == nullptr ? std::nullopt : parse_number(**value);
    value_number = number.value_or(0);
    return number.has_value();
  }
  value_text.clear();
  for (const std::uint32_t slot : slots) {
    const auto* value = value_at(hit, slot);
    if (value == nullptr) return false;
    append_key_part(**value, value_text);
  }
  return true;
}

Group& Correlator::Impl::group_for(CorrelationGroups& in, const Hit& hit) {
  if (const auto at = in.groups.find(std::string_view(key)); at != in.groups.end()) return at->second;
  Group& group = in.groups[key];
  group.key = key;
  for (const std::uint32_t slot : in.plan.members[hit.member].group_slots) group.values.push_back(*hit.values[slot]);
  group.tally = make_tally(in.plan);
  group.serial = next_serial++;
  group.place = in.by_age.insert(in.by_age.end(), &group);
  return group;
}

void Correlator::Impl::on_hit(CorrelationGroups& in, const Hit& hit, const Sink& sink) {
  if (!read_key(in.plan, hit)) {
    ++counters.without_group;
    return;
  }
  if (!read_value(in.plan, hit)) {
    ++counters.without_value;
    return;
  }
  expire(in, hit.time);
  Group& group = group_for(in, hit);
  const bool same_event =
      group.newest_is_event && !hit.chained && group.newest == hit.time && group.newest_reference == hit.reference;
  if (same_event && (in.plan.is_event_count() || in.plan.is_metric())) return;
  group.newest = hit.time;
  group.newest_reference = hit.reference;
  group.newest_is_event = !hit.chained;
  touch(in, group);
  Entry entry{hit.time, hit.reference, hit.member, value_number, nullptr, hit.chained};
  switch (in.plan.kind) {
    case WindowKind::Sliding:
      slide(in, group, std::move(entry), sink);
      break;
    case WindowKind::Anchored:
      anchor(in, group, std::move(entry), hit);
      break;
    case WindowKind::FromEach:
      queue(in, group, std::move(entry));
      break;
  }
  account(group);
}

void Correlator::Impl::slide(CorrelationGroups& in, Group& group, Entry&& entry, const Sink& sink) {
  const Timestamp since = minus(entry.time, in.plan.rule->timespan_us);
  const auto leave = [&] {
    group.tally->remove(group.entries.front());
    group.entries.pop_front();
  };
  while (!group.entries.empty() && group.entries.front().time < since) leave();
  const Timestamp now = entry.time;
  group.tally->add(entry, value_text);
  group.entries.push(std::move(entry));
  if (group.tally->satisfied(since)) return fire(in, group, now, group.tally->value(since), sink);
  if (group.entries.size() <= in.plan.max_entries) return;
  if (in.plan.is_value_count() && group.tally->value(since) * 2 <= static_cast<double>(in.plan.max_entries))
    keep_newest_of_each_value(group);
  if (group.entries.size() <= in.plan.max_entries) return;
  leave();
  ++counters.matches_dropped;
}

/// value_count: an older match of a value that came again later decides nothing; only the list of events gets shorter.
void Correlator::Impl::keep_newest_of_each_value(Group& group) {
  std::unordered_set<const std::string*> seen;
  std::vector<Entry> kept;
  for (const Entry* e = group.entries.end(); e-- != group.entries.begin();) {
    if (seen.insert(e->text).second)
      kept.push_back(*e);
    else
      group.tally->remove(*e);
  }
  group.entries.clear();
  for (auto e = kept.rbegin(); e != kept.rend(); ++e) group.entries.push(std::move(*e));
}

void Correlator::Impl::anchor(CorrelationGroups& in, Group& group, Entry&& entry, const Hit& hit) {
  if (group.total == 0) {
    group.opened = entry.time;
    set_deadline(in, group, plus(entry.time, in.plan.rule->timespan_us));
  }
  ++group.total;
  group.tally->add(entry, value_text);
  const Timestamp first = entry.chained ? entry.chained->first : entry.time;
  group.shown_first = group.total == 1 ? first : std::min(group.shown_first, first);
  group.shown_last = std::max(group.shown_last, hit.shown);
  entry.text = nullptr;
  if (group.entries.size() < CorrelationFinding::kMaxEvents) group.entries.push(std::move(entry));
}

void Correlator::Impl::queue(CorrelationGroups& in, Group& group, Entry&& entry) {
  const Timestamp now = entry.time;
  group.tally->add(entry, value_text);
  group.entries.push(std::move(entry));
  if (!group.deadline.known()) set_next_start(in, group, now);
  if (group.entries.size() > in.plan.max_entries) {
    group.entries.pop_front();
    ++counters.matches_dropped;
    set_next_start(in, group, now);
  }
}

/// FromEach: lets go of what no window will begin with, and waits for the end of the first that does. Matches at `now`
/// stay: one that opens a window may come at the same moment.
void Correlator::Impl::set_next_start(CorrelationGroups& in, Group& group, Timestamp now) {
  Entries& entries = group.entries;
  const Entry* start =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return in.plan.starts[e.member]; });
  const bool found = start != entries.end();
  const Timestamp keep_from = found ? start->time : now;
  while (!entries.empty() && entries.front().time < keep_from) entries.pop_front();
  set_deadline(in, group, found ? plus(keep_from, in.plan.rule->timespan_us) : Timestamp::none());
}

void Correlator::Impl::close(CorrelationGroups& in, Group& group, const Sink& sink) {
  const Timestamp at = group.deadline;
  set_deadline(in, group, Timestamp::none());
  if (in.plan.kind == WindowKind::Anchored) {
    if (group.tally->satisfied(group.opened)) fire(in, group, at, group.tally->value(group.opened), sink);
    group.entries.clear();
    group.tally->clear();
    group.total = 0;
    group.shown_last = Timestamp::none();
    return account(group);
  }
  const Timestamp start = minus(at, in.plan.rule->timespan_us);
  while (!group.entries.empty() && group.entries.front().time < start) group.entries.pop_front();
  if (group.entries.empty()) return account(group);
  if (closes_true(in.plan, group.entries)) {
    fire(in, group, at, group.tally->value(start), sink);
    return account(group);
  }
  const Timestamp done = group.entries.front().time;
  while (!group.entries.empty() && group.entries.front().time <= done) group.entries.pop_front();
  if (!group.entries.empty()) set_next_start(in, group, at);
  account(group);
}

void Correlator::Impl::fire(CorrelationGroups& in, Group& group, Timestamp at, double value, const Sink& sink) {
  const sigma::Correlation& rule = *in.plan.rule;
  const bool anchored = in.plan.kind == WindowKind::Anchored;
  auto chained = std::make_shared<Chained>(flatten(group.entries));
  if (anchored && group.total > group.entries.size()) chained->events_total = group.total;
  const auto [first, last] = anchored ? std::pair(group.shown_first, group.shown_last) : shown_span(group.entries);
  chained->first = first;
  chained->last = last;
  group.entries.clear();  // a burst gives one finding: its matches are used up
  group.tally->clear();
  if (rule.alerts) {
    CorrelationFinding finding{in.plan.index, first, last, {}, value, {}, chained->events_total};
    for (std::size_t i = 0; i < group.values.size(); ++i) finding.group.emplace_back(rule.group_by[i], group.values[i]);
    finding.events.reserve(chained->events.size());
    for (const auto& [time, reference] : chained->events) finding.events.push_back(reference);
    sink(std::move(finding));
  }
  if (in.plan.wanted_by.empty()) return;
  const std::vector<std::optional<std::string>> values(group.values.begin(), group.values.end());
  const EventReference reference = group.newest_reference;
  for (const CorrelationPlan::Link& link : in.plan.wanted_by)
    on_hit(states[link.correlation], {link.member, at, last, reference, values, chained}, sink);
}

// --- memory ---

void Correlator::Impl::set_deadline(CorrelationGroups& in, Group& group, Timestamp at) {
  if (group.deadline == at) return;
  if (group.deadline.known()) deadlines.erase({group.deadline, in.plan.index, group.serial, &group});
  group.deadline = at;
  if (at.known()) deadlines.insert({at, in.plan.index, group.serial, &group});
}

void Correlator::Impl::account(Group& group) {
  std::size_t bytes = kGroupCost + 2 * group.key.size() + group.entries.size() * sizeof(Entry) + group.tally->bytes();
  for (const std::string& value : group.values) bytes += kTextCost + value.size();
  if (!group.entries.empty() && group.entries.back().chained)  // of the newest only: an estimate that costs nothing
    bytes += group.entries.size() * group.entries.back().chained->events.size() * sizeof(EventReference);
  group_bytes += bytes - group.bytes;
  group.bytes = bytes;
}

void Correlator::Impl::touch(CorrelationGroups& in, Group& group) {
  in.by_age.splice(in.by_age.end(), in.by_age, group.place);
}

void Correlator::Impl::erase(CorrelationGroups& in, Group& group) {
  set_deadline(in, group, Timestamp::none());
  group_bytes -= group.bytes;
  in.by_age.erase(group.place);
  const auto at = in.groups.find(std::string_view(group.key));
  in.groups.erase(at);
}

void Correlator::Impl::expire(CorrelationGroups& in, Timestamp now) {
  const Timestamp since = minus(now, in.plan.rule->timespan_us);
  while (!in.by_age.empty() && in.by_age.front()->newest < since && !in.by_age.front()->deadline.known())
    erase(in, *in.by_age.front());
}

void Correlator::Impl::enforce_bound() {
  counters.peak_bytes = std::max(counters.peak_bytes, pending_bytes + group_bytes);
  while (pending_bytes + group_bytes > options.max_bytes && group_bytes > 0) drop_oldest_group();
  counters.bytes = pending_bytes + group_bytes;
}

void Correlator::Impl::drop_oldest_group() {
  CorrelationGroups* from = nullptr;
  for (CorrelationGroups& in : states)
    if (!in.by_age.empty() && (from == nullptr || in.by_age.front()->newest < from->by_age.front()->newest)) from = &in;
  if (from == nullptr) return;
  Group& group = *from->by_age.front();
  const bool is_over = !group.deadline.known() && group.newest < minus(released, from->plan.rule->timespan_us);
  if (!is_over && (!group.entries.empty() || group.total > 0)) ++counters.groups_dropped;
  erase(*from, group);
}

// --- the public face ---

Correlator::Correlator(const sigma::RuleSet& rules, const CorrelatorOptions& options)
    : impl_(std::make_unique<Impl>(rules, options)) {}
Correlator::Correlator(Correlator&&) noexcept = default;
Correlator::~Correlator() = default;

bool Correlator::wants(std::uint32_t rule) const {
  return rule < impl_->plans.wanted_by_rule.size() && !impl_->plans.wanted_by_rule[rule].empty();
}

std::span<const std::string> Correlator::fields_of(std::uint32_t rule) const {
  if (rule >= impl_->plans.fields_of_rule.size()) return {};
  return impl_->plans.fields_of_rule[rule];
}

void Correlator::push(RuleMatch match, const Sink& sink) {
  impl_->push(std::move(match), sink);
}

void Correlator::advance(Timestamp now, const Sink& sink) {
  if (!now.known() || now <= impl_->high) return;
  impl_->high = now;
  impl_->release_before(minus(now, impl_->options.tolerance_us), sink);
}

void Correlator::finish(const Sink& sink) {
  impl_->finish(sink);
}

Correlator::Counters Correlator::counters() const {
  Counters out = impl_->counters;
  out.bytes = impl_->pending_bytes + impl_->group_bytes;
  return out;
}

std::string Correlator::save() const {
  return impl_->save();
}
Result<void> Correlator::restore(std::string_view state) {
  return impl_->restore(state);
}

}  // namespace yorozu::detect
