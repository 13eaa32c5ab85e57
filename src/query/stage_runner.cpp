#include "query/stage_runner.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "query/grouped_run.h"
#include "query/sorted_run.h"
#include "query/table_stages.h"

namespace yorozu::query {

struct StageRunner::Impl {
  std::optional<GroupedRun> grouped;  ///< when the first stage aggregates
  std::optional<SortedRun> sorted;    ///< else, and then there is a `sort`
  std::vector<Stage> rest;            ///< done on the table
};

StageRunner::StageRunner(const Query& query, const event::Schema& schema, const TimeZone& zone, std::size_t max_bytes)
    : impl_(std::make_unique<Impl>()) {
  YOROZU_ASSERT(answer_of(query) == Answer::Table, "queries for rows have no runner");
  const Stage& first = query.stages.front();
  const bool on_events = std::holds_alternative<Fields>(first) ||
                         std::holds_alternative<Sort>(first);  // the parser lets no limit be first
  if (!on_events) {
    impl_->grouped.emplace(first, schema, zone, max_bytes);
    impl_->rest.assign(query.stages.begin() + 1, query.stages.end());
    return;
  }
  impl_->sorted.emplace(query, schema);
  // Its rows are in order and have the columns that were asked for already.
  bool sorted = false;
  for (const Stage& stage : query.stages) {
    const auto* fields = std::get_if<Fields>(&stage);
    const bool done = (fields != nullptr && fields->keep) || (std::holds_alternative<Sort>(stage) && !sorted);
    sorted = sorted || std::holds_alternative<Sort>(stage);
    if (!done) impl_->rest.push_back(stage);
  }
}

StageRunner::StageRunner(StageRunner&&) noexcept = default;
StageRunner& StageRunner::operator=(StageRunner&&) noexcept = default;
StageRunner::~StageRunner() = default;

void StageRunner::add(const EventView& view) {
  if (impl_->grouped)
    impl_->grouped->add(view);
  else
    impl_->sorted->add(view);
}

bool StageRunner::takes_values() const {
  return impl_->grouped.has_value();
}
std::span<const std::string> StageRunner::fields() const {
  YOROZU_ASSERT(takes_values(), "sort on events needs the events");
  return impl_->grouped->fields();
}
bool StageRunner::uses_time() const {
  return impl_->grouped && impl_->grouped->uses_time();
}
void StageRunner::add_values(std::span<const std::optional<std::string_view>> values, Timestamp time, std::uint64_t seq,
                             std::uint64_t events) {
  YOROZU_ASSERT(takes_values(), "sort on events needs the events");
  impl_->grouped->add_values(values, time, seq, events);
}

void StageRunner::merge(StageRunner&& other) {
  if (impl_->grouped)
    impl_->grouped->merge(std::move(*other.impl_->grouped));
  else
    impl_->sorted->merge(std::move(*other.impl_->sorted));
}

Table StageRunner::table() const {
  Table out = impl_->grouped ? impl_->grouped->table() : impl_->sorted->table();
  apply_stages(impl_->rest, out);
  return out;
}

}  // namespace yorozu::query
