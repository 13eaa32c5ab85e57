#include "query/table.h"

#include <fmt/format.h>

#include "query/value_order.h"

namespace yorozu::query {

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

}  // namespace

void append_json(const Cell& cell, JsonWriter& json) {
  std::visit(Overloaded{[&](std::monostate) { json.null(); }, [&](std::int64_t n) { json.value(n); },
                        [&](double x) { json.value(x); }, [&](const std::string& text) { json.value(text); },
                        [&](Timestamp time) { json.value(format_rfc3339(time)); }},
             cell);
}

void append_json(const Table& table, JsonWriter& json) {
  const auto append_row = [&](const Table::Row& row) {
    json.begin_array();
    for (const Cell& cell : row) append_json(cell, json);
    json.end_array();
  };
  const auto append_count = [&](std::string_view key, std::uint64_t n) {
    if (n != 0) json.key(key).value(n);
  };
  json.begin_object().key("columns").begin_array();
  for (const Column& column : table.columns) {
    json.begin_object().key("name").value(column.name);
    if (column.is_time) json.key("type").value("time");
    json.end_object();
  }
  json.end_array().key("rows").begin_array();
  for (const Table::Row& row : table.rows) append_row(row);
  json.end_array().key("events").value(table.events);
  if (!table.other.empty()) {
    json.key("other");
    append_row(table.other);
  }
  append_count("other_events", table.other_events);
  append_count("without_field", table.without_field);
  append_count("rows_left_out", table.rows_left_out);
  json.end_object();
}

std::string to_text(const Cell& cell, const TimeZone& zone) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); }, [](std::int64_t n) { return std::to_string(n); },
                 [](double x) { return fmt::format("{}", x); }, [](const std::string& text) { return text; },
                 [&](Timestamp time) { return zone.format(time); }},
      cell);
}

}  // namespace yorozu::query
