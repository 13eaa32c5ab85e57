/// Events in, a table out: the stages of a query whose answer is a Table.
///
/// **One value a field.** Each event gives each field one value (FieldReader::value), as text. Groups compare these
/// texts byte for byte, so `Bob` and `bob` are two; an event without the field is in the group with the empty cell (of
/// stats), in the column `-` (of timechart) or left out and counted (of top and rare). Numbers are what
/// event::to_number reads.
///
/// **Bounded.** Memory is bounded by `max_bytes`: it decides how many groups are kept. When there are more, those whose
/// keys have the lowest hashes stay: each group that is shown is complete and exact, whatever the order of events, and
/// the rest is one row `other`, counted. Values longer than kMaxValueBytes are cut.
///
/// **Mergeable.** Any division of the events over runners, merged in any order, gives the same table.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "query/field_reader.h"
#include "query/query.h"
#include "query/table.h"

namespace yorozu::query {

/// One per thread.
class StageRunner {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{96} << 20;
  static constexpr std::size_t kMaxValueBytes = 1024;
  static constexpr std::uint64_t kMaxSortedEvents = 10'000;  ///< of `sort` on events, when no `limit` says less

  /// answer_of(query) is Answer::Table. `schema` outlives the runner; `zone` is where days begin.
  StageRunner(const Query& query, const event::Schema& schema, const TimeZone& zone, std::size_t max_bytes = kMaxBytes);
  StageRunner(StageRunner&&) noexcept;
  StageRunner& operator=(StageRunner&&) noexcept;
  ~StageRunner();

  void add(const EventView& view);

  /// Whether the values of fields() are enough to answer, so that an index can stand in for the events. Not for `sort`
  /// on events; then the next three are not to be called.
  bool takes_values() const;
  /// Fields that the stages read, each once.
  std::span<const std::string> fields() const;
  /// False: `time` of add_values is not used (no timechart, no first or last).
  bool uses_time() const;
  /// `events` events that have these values, in order of fields(), and that time. `seq`: breaks ties of first and last.
  void add_values(std::span<const std::optional<std::string_view>> values, Timestamp time, std::uint64_t seq,
                  std::uint64_t events = 1);

  /// Takes in what `other`, made for the same query and bound, has seen.
  void merge(StageRunner&& other);
  /// The table so far; the runner can go on (for previews while a search runs).
  Table table() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::query
