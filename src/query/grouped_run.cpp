#include "query/grouped_run.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/assert.h"
#include "query/stage_runner.h"
#include "query/table_stages.h"
#include "query/value_cell.h"

namespace yorozu::query {

namespace {

// A key: with a timechart the number of the bucket, then for each `by` a length (kNoValue: the field is not there) and
// the bytes.
constexpr std::uint32_t kNoValue = UINT32_MAX;

template <class T>
void append_bytes(T number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
template <class T>
T take_bytes(std::string_view& from) {
  T out;
  from.copy(reinterpret_cast<char*>(&out), sizeof out);
  from.remove_prefix(sizeof out);
  return out;
}

/// What a group without events says: counts are 0, all else is nothing.
bool counts(const Aggregation& aggregation) {
  return aggregation.function == Aggregation::Function::Count ||
         aggregation.function == Aggregation::Function::Distinct;
}

/// Order of rows: by the first column behind the keys, then by the keys.
std::vector<std::pair<std::size_t, bool>> largest_first(std::size_t keys, bool largest) {
  std::vector<std::pair<std::size_t, bool>> out = {{keys, largest}};
  for (std::size_t i = 0; i < keys; ++i) out.emplace_back(i, false);
  return out;
}

}  // namespace

void GroupedRun::Group::merge(const Group& other) {
  for (std::size_t i = 0; i < aggregates.size(); ++i) aggregates[i].merge((*aggregations)[i], other.aggregates[i]);
  events += other.events;
}

GroupedRun::Plan GroupedRun::plan_of(const Stage& stage) {
  if (const auto* stats = std::get_if<Stats>(&stage))
    return {stats->aggregations, stats->by, std::nullopt, std::nullopt};
  Aggregation count;
  count.name = default_name(count);
  if (const auto* top = std::get_if<Top>(&stage)) return {{count}, top->fields, std::nullopt, *top};
  const auto& chart = std::get<Timechart>(stage);
  Plan out{{chart.aggregation}, {}, chart.span, std::nullopt};
  if (!chart.by.empty()) out.by.push_back(chart.by);
  return out;
}

GroupedRun::GroupedRun(const Stage& stage, const event::Schema& schema, const TimeZone& zone, std::size_t max_bytes)
    : plan_(std::make_unique<const Plan>(plan_of(stage))), zone_(zone), buckets_(plan_->span.value_or(Span{}), zone) {
  for (const std::string& name : plan_->by) by_fields_.push_back(field_index(name));
  for (const Aggregation& one : plan_->aggregations)
    aggregated_fields_.push_back(one.field.empty() ? std::nullopt : std::optional(field_index(one.field)));
  for (const std::string& name : fields_) readers_.emplace_back(name, schema);
  groups_.emplace(max_bytes, group_bytes(), empty_group());
  values_.resize(fields_.size());
}

std::size_t GroupedRun::field_index(const std::string& name) {
  const auto found = std::ranges::find(fields_, name);
  if (found == fields_.end()) {
    fields_.push_back(name);
    return fields_.size() - 1;
  }
  return static_cast<std::size_t>(found - fields_.begin());
}

GroupedRun::Group GroupedRun::empty_group() const {
  Group out;
  for (const Aggregation& one : plan_->aggregations) out.aggregates.emplace_back(one);
  out.aggregations = &plan_->aggregations;
  return out;
}

std::size_t GroupedRun::group_bytes() const {
  std::size_t out = sizeof(Group);
  for (const Aggregation& one : plan_->aggregations) out += Aggregate::largest_bytes(one);
  return out;
}

bool GroupedRun::uses_time() const {
  return plan_->span || std::ranges::any_of(plan_->aggregations, [](const Aggregation& one) {
           return one.function == Aggregation::Function::First || one.function == Aggregation::Function::Last;
         });
}

void GroupedRun::add(const EventView& view) {
  for (std::size_t i = 0; i < readers_.size(); ++i) values_[i] = readers_[i].value(view);
  add_values(values_, view.event.time, view.context.seq, 1);
}

void GroupedRun::add_values(std::span<const std::optional<std::string_view>> values, Timestamp time, std::uint64_t seq,
                            std::uint64_t events) {
  YOROZU_ASSERT(values.size() == fields_.size(), "one value for each of fields()");
  events_ += events;
  const bool lacks_field = plan_->top && std::ranges::any_of(by_fields_, [&](std::size_t f) { return !values[f]; });
  if (lacks_field || (plan_->span && !time.known())) {
    without_field_ += events;
    return;
  }
  const auto value_of = [&](std::size_t field) -> std::optional<std::string_view> {
    if (!values[field]) return std::nullopt;
    return cut_value(*values[field], StageRunner::kMaxValueBytes);
  };
  key_.clear();
  if (plan_->span) append_bytes(buckets_.index_of(time), key_);
  for (const std::size_t field : by_fields_) {
    const auto value = value_of(field);
    append_bytes(value ? static_cast<std::uint32_t>(value->size()) : kNoValue, key_);
    if (value) key_ += *value;
  }
  Group& group = groups_->at(key_);
  group.events += events;
  for (std::size_t i = 0; i < plan_->aggregations.size(); ++i) {
    const auto field = aggregated_fields_[i];
    group.aggregates[i].add(plan_->aggregations[i], {field ? value_of(*field) : std::nullopt, time, seq, events},
                            zone_);
  }
}

void GroupedRun::merge(GroupedRun&& other) {
  // The other's groups refer to the other's plan, which is equal to ours and lives until the end of this call; those
  // that stay are copies of our own empty group into which theirs are merged.
  groups_->merge(std::move(*other.groups_));
  events_ += other.events_;
  without_field_ += other.without_field_;
}

GroupedRun::Key GroupedRun::read_key(std::string_view key) const {
  Key out;
  if (plan_->span) out.bucket = take_bytes<std::int64_t>(key);
  for (std::size_t i = 0; i < by_fields_.size(); ++i) {
    const auto size = take_bytes<std::uint32_t>(key);
    if (size == kNoValue) {
      out.values.emplace_back();
      continue;
    }
    out.values.emplace_back(key.substr(0, size));
    key.remove_prefix(size);
  }
  return out;
}

Table::Row GroupedRun::key_cells(const Key& key) const {
  Table::Row out;
  for (std::size_t i = 0; i < key.values.size(); ++i)
    out.push_back(key.values[i] ? cell_of(readers_[by_fields_[i]].fact(), *key.values[i]) : Cell());
  return out;
}

std::vector<std::pair<std::string_view, const GroupedRun::Group*>> GroupedRun::groups_in_order() const {
  std::vector<std::pair<std::string_view, const Group*>> out;
  out.reserve(groups_->groups().size());
  for (const auto& [key, group] : groups_->groups()) out.emplace_back(key, &group);
  std::ranges::sort(out, {}, [](const auto& one) { return one.first; });
  return out;
}

Cell GroupedRun::cell(const Group& group, std::size_t aggregation) const {
  return group.aggregates[aggregation].cell(plan_->aggregations[aggregation]);
}

Table GroupedRun::table() const {
  Table out = plan_->span ? chart_table() : plan_->top ? top_table() : stats_table();
  out.events = events_;
  out.without_field = without_field_;
  if (groups_->has_rest()) out.other_events = groups_->rest().events;
  return out;
}

Table GroupedRun::stats_table() const {
  Table out;
  const std::size_t keys = plan_->by.size();
  for (const std::string& name : plan_->by) out.columns.push_back({name});
  for (const Aggregation& one : plan_->aggregations) out.columns.push_back({one.name});
  const auto fill = [&](Table::Row row, const Group& group) {
    for (std::size_t i = 0; i < plan_->aggregations.size(); ++i) row.push_back(cell(group, i));
    return row;
  };
  for (const auto& [bytes, group] : groups_in_order()) out.rows.push_back(fill(key_cells(read_key(bytes)), *group));
  if (keys == 0 && out.rows.empty()) out.rows.push_back(fill({}, empty_group()));  // nothing found is an answer too
  if (groups_->has_rest()) out.other = fill(Table::Row(keys), groups_->rest());
  sort_rows(out, largest_first(keys, true));
  return out;
}

Table GroupedRun::top_table() const {
  Table out;
  const std::size_t keys = plan_->by.size();
  for (const std::string& name : plan_->by) out.columns.push_back({name});
  out.columns.push_back({"count"});
  out.columns.push_back({"percent"});
  const std::uint64_t total = events_ - without_field_;
  const auto fill = [&](Table::Row row, const Group& group) {
    row.emplace_back(static_cast<std::int64_t>(group.events));
    const double share = 100.0 * static_cast<double>(group.events) / static_cast<double>(total);
    row.emplace_back(std::round(share * 100) / 100);
    return row;
  };
  for (const auto& [bytes, group] : groups_in_order()) out.rows.push_back(fill(key_cells(read_key(bytes)), *group));
  if (groups_->has_rest()) out.other = fill(Table::Row(keys), groups_->rest());
  sort_rows(out, largest_first(keys, !plan_->top->rare));
  if (out.rows.size() > plan_->top->rows) out.rows.resize(plan_->top->rows);
  return out;
}

Table GroupedRun::chart_table() const {
  constexpr std::size_t kSeries = 10;
  constexpr std::int64_t kMostFilled = 20'000;  // beyond, spans without events are left out
  constexpr std::string_view kOthers = "(other)", kNone = "-";
  const Aggregation& aggregation = plan_->aggregations.front();
  const bool split = !plan_->by.empty();
  const auto series_of = [&](const Key& key) -> std::string {
    return split ? std::string(key.values.front().value_or(kNone)) : aggregation.name;
  };

  std::map<std::string, std::uint64_t> totals;
  std::map<std::int64_t, std::map<std::string, const Group*>> by_bucket;
  for (const auto& [bytes, group] : groups_->groups()) {
    const Key key = read_key(bytes);
    totals[series_of(key)] += group.events;
    by_bucket[key.bucket][series_of(key)] = &group;
  }
  std::vector<std::pair<std::string, std::uint64_t>> series(totals.begin(), totals.end());
  std::ranges::stable_sort(series, [](const auto& a, const auto& b) { return a.second > b.second; });
  const bool has_others = split && (series.size() > kSeries || groups_->has_rest());
  if (series.size() > kSeries) series.resize(kSeries);

  Table out;
  out.columns.push_back({"time"});
  for (const auto& [name, events] : series) out.columns.push_back({name});
  if (has_others) out.columns.push_back({std::string(kOthers)});
  if (series.empty() && !split) out.columns.push_back({aggregation.name});

  const Cell nothing = counts(aggregation) ? Cell(std::int64_t{0}) : Cell();
  const auto row_of = [&](std::int64_t bucket, const std::map<std::string, const Group*>& groups) {
    Table::Row row(out.columns.size(), nothing);
    row.front() = buckets_.begin_of(bucket);
    Group others = empty_group();
    bool any_other = false;
    for (const auto& [name, group] : groups) {
      const auto at = std::ranges::find(series, name, &std::pair<std::string, std::uint64_t>::first);
      if (at != series.end()) {
        row[1 + static_cast<std::size_t>(at - series.begin())] = cell(*group, 0);
      } else {
        others.merge(*group);
        any_other = true;
      }
    }
    if (any_other) row.back() = cell(others, 0);
    return row;
  };
  if (!by_bucket.empty()) {
    const std::int64_t first = by_bucket.begin()->first, last = by_bucket.rbegin()->first;
    if (last - first < kMostFilled)
      for (std::int64_t bucket = first; bucket < last; ++bucket) by_bucket.try_emplace(bucket);
    for (const auto& [bucket, groups] : by_bucket) out.rows.push_back(row_of(bucket, groups));
  }
  if (groups_->has_rest()) {
    out.other.resize(out.columns.size());
    out.other.back() = cell(groups_->rest(), 0);
  }
  return out;
}

}  // namespace yorozu::query
