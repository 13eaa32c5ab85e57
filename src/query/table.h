/// What stages make of events: rows and columns with typed cells.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/json_writer.h"
#include "base/time.h"

namespace yorozu::query {

/// monostate: no value (a field that the events of a group do not have).
using Cell = std::variant<std::monostate, std::int64_t, double, std::string, Timestamp>;

/// -1, 0, 1. Numbers come before times, times before addresses, addresses before other text, and no value last; texts
/// that read as a number, time or address count as such. A total order.
int compare(const Cell& a, const Cell& b);

struct Column {
  std::string name;
  bool is_time = false;  ///< its cells are Timestamps (or empty)
  bool operator==(const Column&) const = default;
};

/// At most kMaxTableRows rows. What did not fit is counted, never silently gone.
struct Table {
  static constexpr std::size_t kMaxRows = 100'000;
  using Row = std::vector<Cell>;  ///< as many cells as columns

  std::vector<Column> columns;
  std::vector<Row> rows;
  /// The groups beyond the bound on groups, taken together as one row, its `by` cells empty; no cells: there were none.
  Row other;
  std::uint64_t other_events = 0;  ///< events in that row
  std::uint64_t events = 0;        ///< events that were read into the table
  std::uint64_t without_field =
      0;  ///< of `top`, `rare` and `timechart`: events left out because they lack field or time
  std::uint64_t rows_left_out = 0;  ///< beyond kMaxRows; `limit` is not counted here
};

/// {"columns":[{"name":"host"},{"name":"time","type":"time"}],"rows":[["pc1",3],...],"events":7} and, where not zero,
/// "other", "other_events", "without_field", "rows_left_out". Times are RFC 3339.
void append_json(const Table& table, JsonWriter& json);
void append_json(const Cell& cell, JsonWriter& json);

/// For people: times in `zone`, numbers plain, no value "".
std::string to_text(const Cell& cell, const TimeZone& zone);

}  // namespace yorozu::query
