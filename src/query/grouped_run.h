/// `stats`, `top`, `rare` and `timechart` at work: values of events into groups, groups into a table.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/aggregate.h"
#include "query/field_reader.h"
#include "query/group_table.h"
#include "query/stage.h"
#include "query/table.h"
#include "query/time_buckets.h"

namespace yorozu::query {

class GroupedRun {
 public:
  /// One of the three stages, brought into one form.
  GroupedRun(const Stage& stage, const event::Schema& schema, const TimeZone& zone, std::size_t max_bytes);

  std::span<const std::string> fields() const { return fields_; }
  bool uses_time() const;
  void add(const EventView& view);
  void add_values(std::span<const std::optional<std::string_view>> values, Timestamp time, std::uint64_t seq,
                  std::uint64_t events);
  void merge(GroupedRun&& other);
  Table table() const;

 private:
  struct Group {
    std::vector<Aggregate> aggregates;
    std::uint64_t events = 0;
    const std::vector<Aggregation>* aggregations = nullptr;  ///< of the run; outlives the group
    void merge(const Group& other);
  };
  /// A group's key, taken apart again.
  struct Key {
    std::int64_t bucket = 0;
    std::vector<std::optional<std::string_view>> values;
  };
  struct Plan {
    std::vector<Aggregation> aggregations;
    std::vector<std::string> by;
    std::optional<Span> span;
    std::optional<Top> top;
  };

  static Plan plan_of(const Stage& stage);
  Group empty_group() const;
  std::size_t group_bytes() const;
  std::size_t field_index(const std::string& name);
  Key read_key(std::string_view key) const;
  Table::Row key_cells(const Key& key) const;
  /// By key, so that rows which compare equal have an order too.
  std::vector<std::pair<std::string_view, const Group*>> groups_in_order() const;
  Table stats_table() const;
  Table top_table() const;
  Table chart_table() const;
  Cell cell(const Group& group, std::size_t aggregation) const;

  // Behind a pointer: groups refer to the aggregations, and a run can be moved.
  std::unique_ptr<const Plan> plan_;
  TimeZone zone_;
  std::vector<std::string> fields_;
  std::vector<FieldReader> readers_;
  std::vector<std::size_t> by_fields_;                         ///< indices into fields_
  std::vector<std::optional<std::size_t>> aggregated_fields_;  ///< likewise, of each aggregation
  TimeBuckets buckets_;
  std::optional<GroupTable<Group>> groups_;
  std::uint64_t events_ = 0, without_field_ = 0;
  std::string key_;
  std::vector<std::optional<std::string_view>> values_;
};

}  // namespace yorozu::query
