// Saved state: "YZCR", version, fingerprint of the rules, clock, counters, waiting matches, then for each correlation
// its groups from the longest silent to the latest. Written for one machine and one version: anything else is refused,
// and the caller starts with empty windows.
#include <algorithm>
#include <cmath>

#include "detect/correlation_impl.h"

namespace yorozu::detect {

namespace {

constexpr std::uint32_t kMagic = 0x52435a59;
constexpr std::uint32_t kVersion = 1;

void write(StateWriter& out, const EventReference& reference) {
  out.number(reference.file);
  out.number(reference.record);
  out.number(reference.order);
}
EventReference read_reference(StateReader& in) {
  EventReference out;
  out.file = in.number<std::uint64_t>();
  out.record = in.number<std::uint64_t>();
  out.order = in.number<std::uint64_t>();
  return out;
}
Timestamp read_time(StateReader& in) {
  return {in.number<std::int64_t>()};
}

void write(StateWriter& out, const RuleMatch& match) {
  out.number(match.rule);
  out.number(match.time.us);
  write(out, match.reference);
  out.number(static_cast<std::uint32_t>(match.values.size()));
  for (const auto& value : match.values) {
    out.number(static_cast<std::uint8_t>(value.has_value()));
    if (value) out.text(*value);
  }
}
RuleMatch read_match(StateReader& in) {
  RuleMatch match;
  match.rule = in.number<std::uint32_t>();
  match.time = read_time(in);
  match.reference = read_reference(in);
  for (std::uint32_t n = in.count(1); n > 0 && in.ok(); --n) {
    const bool there = in.number<std::uint8_t>() != 0;
    match.values.push_back(there ? std::optional(std::string(in.text())) : std::nullopt);
  }
  return match;
}

void write(StateWriter& out, const Chained& chained) {
  out.number(chained.first.us);
  out.number(chained.last.us);
  out.number(chained.events_total);
  out.number(static_cast<std::uint32_t>(chained.events.size()));
  for (const auto& [time, reference] : chained.events) {
    out.number(time.us);
    write(out, reference);
  }
}
std::shared_ptr<const Chained> read_chained(StateReader& in) {
  auto chained = std::make_shared<Chained>();
  chained->first = read_time(in);
  chained->last = read_time(in);
  chained->events_total = in.number<std::uint64_t>();
  const std::uint32_t events = in.count(32);
  if (events > CorrelationFinding::kMaxEvents) in.refuse();
  for (std::uint32_t n = in.ok() ? events : 0; n > 0; --n) {
    const Timestamp time = read_time(in);
    chained->events.emplace_back(time, read_reference(in));
  }
  return chained;
}

void write(StateWriter& out, const Entry& entry) {
  out.number(entry.time.us);
  write(out, entry.reference);
  out.number(entry.member);
  out.real(entry.number);
  out.text(entry.text == nullptr ? std::string_view() : *entry.text);
  out.number(static_cast<std::uint8_t>(entry.chained != nullptr));
  if (entry.chained) write(out, *entry.chained);
}

void write(StateWriter& out, const Group& group) {
  out.number(static_cast<std::uint32_t>(group.values.size()));
  for (const std::string& value : group.values) out.text(value);
  out.number(group.total);
  for (const Timestamp time : {group.opened, group.shown_first, group.shown_last, group.newest}) out.number(time.us);
  write(out, group.newest_reference);
  out.number(static_cast<std::uint8_t>(group.newest_is_event));
  out.number(group.deadline.us);
  out.number(group.serial);
  out.number(static_cast<std::uint32_t>(group.entries.size()));
  for (const Entry& entry : group.entries) write(out, entry);
  group.tally->save(out);
}

void read_entries(StateReader& in, const CorrelationPlan& plan, Group& group) {
  for (std::uint32_t n = in.count(49); n > 0 && in.ok(); --n) {
    Entry entry;
    entry.time = read_time(in);
    entry.reference = read_reference(in);
    entry.member = in.number<std::uint32_t>();
    entry.number = in.real();
    const std::string_view text = in.text();
    if (in.number<std::uint8_t>() != 0) entry.chained = read_chained(in);
    if (entry.member >= plan.members.size() || !std::isfinite(entry.number)) in.refuse();
    if (!group.entries.empty() && entry.time < group.entries.back().time) in.refuse();
    if (!in.ok()) return;
    if (plan.kind != WindowKind::Anchored) group.tally->add(entry, text);
    group.entries.push(std::move(entry));
  }
}

Group read_group(StateReader& in, const CorrelationPlan& plan) {
  Group group;
  for (std::uint32_t n = in.count(4); n > 0; --n) group.values.emplace_back(in.text());
  group.total = in.number<std::uint64_t>();
  for (Timestamp* time : {&group.opened, &group.shown_first, &group.shown_last, &group.newest}) *time = read_time(in);
  group.newest_reference = read_reference(in);
  group.newest_is_event = in.number<std::uint8_t>() != 0;
  group.deadline = read_time(in);
  group.serial = in.number<std::uint64_t>();
  group.tally = make_tally(plan);
  read_entries(in, plan, group);
  group.tally->restore(in);
  if (group.values.size() != plan.rule->group_by.size()) in.refuse();
  if (plan.kind == WindowKind::Sliding && group.deadline.known()) in.refuse();
  if (plan.kind == WindowKind::Anchored && (group.total > 0) != group.deadline.known()) in.refuse();
  if (plan.kind == WindowKind::Anchored && group.total > 0 && group.entries.empty()) in.refuse();
  return group;
}

void write(StateWriter& out, const Correlator::Counters& c) {
  for (const std::uint64_t n : {c.matches, c.late, c.without_time, c.without_group, c.without_value, c.groups_dropped,
                                c.matches_dropped, c.released_early, std::uint64_t{c.peak_bytes}})
    out.number(n);
}
Correlator::Counters read_counters(StateReader& in) {
  Correlator::Counters c;
  for (std::uint64_t* n : {&c.matches, &c.late, &c.without_time, &c.without_group, &c.without_value, &c.groups_dropped,
                           &c.matches_dropped, &c.released_early})
    *n = in.number<std::uint64_t>();
  c.peak_bytes = in.number<std::uint64_t>();
  return c;
}

}  // namespace

std::string Correlator::Impl::save() const {
  std::string bytes;
  StateWriter out(bytes);
  out.number(kMagic);
  out.number(kVersion);
  out.number(plans.fingerprint);
  out.number(high.us);
  out.number(released.us);
  out.number(next_serial);
  write(out, counters);
  out.number(static_cast<std::uint32_t>(pending.size()));
  for (const RuleMatch& match : pending) write(out, match);
  for (const CorrelationGroups& in : states) {
    out.number(static_cast<std::uint32_t>(in.by_age.size()));
    for (const Group* group : in.by_age) write(out, *group);
  }
  return bytes;
}

Result<void> Correlator::Impl::restore(std::string_view state) {
  StateReader in(state);
  if (in.number<std::uint32_t>() != kMagic) return fail(ErrorCode::InvalidInput, "not a saved correlation state");
  if (in.number<std::uint32_t>() != kVersion)
    return fail(ErrorCode::InvalidInput, "correlation state of another version");
  if (in.number<std::uint64_t>() != plans.fingerprint)
    return fail(ErrorCode::InvalidInput, "correlation state of other rules");
  std::vector<CorrelationGroups> fresh;
  fresh.reserve(plans.plans.size());
  for (const CorrelationPlan& plan : plans.plans) fresh.emplace_back(plan);
  const Timestamp saved_high = read_time(in), saved_released = read_time(in);
  const auto saved_serial = in.number<std::uint64_t>();
  const Counters saved_counters = read_counters(in);
  std::vector<RuleMatch> waiting;
  for (std::uint32_t n = in.count(40); n > 0 && in.ok(); --n) {
    waiting.push_back(read_match(in));
    if (waiting.back().rule >= plans.wanted_by_rule.size() || !waiting.back().time.known()) in.refuse();
  }
  std::set<std::pair<std::uint32_t, std::uint64_t>> serials;
  for (CorrelationGroups& into : fresh) {
    for (std::uint32_t n = in.count(89); n > 0 && in.ok(); --n) {
      Group group = read_group(in, into.plan);
      for (const std::string& value : group.values) append_key_part(value, group.key);
      if (!in.ok() || into.groups.contains(group.key) || !serials.emplace(into.plan.index, group.serial).second)
        return fail(ErrorCode::InvalidInput, "damaged correlation state");
      Group& placed = into.groups.emplace(group.key, std::move(group)).first->second;
      placed.place = into.by_age.insert(into.by_age.end(), &placed);
    }
  }
  if (!in.ok() || in.remaining() > 0) return fail(ErrorCode::InvalidInput, "damaged correlation state");

  // Everything was readable: from here on nothing fails.
  states = std::move(fresh);
  pending = std::move(waiting);
  make_heap_of(pending);
  high = saved_high, released = saved_released, next_serial = saved_serial, counters = saved_counters;
  deadlines.clear();
  pending_bytes = group_bytes = 0;
  for (const RuleMatch& match : pending) pending_bytes += bytes_of(match);
  for (CorrelationGroups& into : states)
    for (Group* group : into.by_age) {
      if (group->deadline.known()) deadlines.insert({group->deadline, into.plan.index, group->serial, group});
      account(*group);
    }
  enforce_bound();
  return {};
}

}  // namespace yorozu::detect
