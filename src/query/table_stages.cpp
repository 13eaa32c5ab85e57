#include "query/table_stages.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "query/value_order.h"

namespace yorozu::query {

namespace {

void keep_columns(const std::vector<std::size_t>& kept, Table& table) {
  const auto pick = [&](auto& from) {
    std::remove_reference_t<decltype(from)> out;
    for (const std::size_t column : kept) out.push_back(from[column]);
    from = std::move(out);
  };
  pick(table.columns);
  for (Table::Row& row : table.rows) pick(row);
  if (!table.other.empty()) pick(table.other);
}

std::size_t find_column(const Table& table, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(table.columns, name, &Column::name) - table.columns.begin());
}

void apply(const Fields& fields, Table& table) {
  std::vector<std::size_t> kept;
  if (fields.keep) {
    for (const std::string& name : fields.names)
      if (const std::size_t column = find_column(table, name); column < table.columns.size()) kept.push_back(column);
  } else {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (std::ranges::find(fields.names, table.columns[i].name) == fields.names.end()) kept.push_back(i);
  }
  keep_columns(kept, table);
}

void apply(const Sort& sort, Table& table) {
  std::vector<std::pair<std::size_t, bool>> keys;
  for (const Sort::Key& key : sort.keys)
    if (const std::size_t column = find_column(table, key.name); column < table.columns.size())
      keys.emplace_back(column, key.descending);
  sort_rows(table, keys);
}

void apply(const Limit& limit, Table& table) {
  if (table.rows.size() > limit.rows) table.rows.resize(limit.rows);
}

}  // namespace

void sort_rows(Table& table, std::span<const std::pair<std::size_t, bool>> keys) {
  // What the cells read as is worked out once, not in every comparison.
  std::vector<Sortable> read;
  read.reserve(table.rows.size() * keys.size());
  for (const Table::Row& row : table.rows)
    for (const auto& [column, descending] : keys) read.push_back(sortable(row[column]));
  std::vector<std::size_t> order(table.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    for (std::size_t k = 0; k < keys.size(); ++k) {
      const Sortable &x = read[a * keys.size() + k], &y = read[b * keys.size() + k];
      if (const int c = compare(x, y); c != 0) return comes_first(c, x, y, keys[k].second);
    }
    return false;
  });
  std::vector<Table::Row> sorted;
  sorted.reserve(order.size());
  for (const std::size_t i : order) sorted.push_back(std::move(table.rows[i]));
  table.rows = std::move(sorted);
}

void apply_stages(std::span<const Stage> stages, Table& table) {
  for (const Stage& stage : stages) {
    if (const auto* fields = std::get_if<Fields>(&stage))
      apply(*fields, table);
    else if (const auto* sort = std::get_if<Sort>(&stage))
      apply(*sort, table);
    else if (const auto* limit = std::get_if<Limit>(&stage))
      apply(*limit, table);
  }
  if (table.rows.size() > Table::kMaxRows) {
    table.rows_left_out += table.rows.size() - Table::kMaxRows;
    table.rows.resize(Table::kMaxRows);
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto is_time = [i](const Table::Row& row) { return std::holds_alternative<Timestamp>(row[i]); };
    const auto is_empty = [i](const Table::Row& row) { return std::holds_alternative<std::monostate>(row[i]); };
    table.columns[i].is_time =
        std::ranges::any_of(table.rows, is_time) &&
        std::ranges::all_of(table.rows, [&](const Table::Row& row) { return is_time(row) || is_empty(row); });
  }
}

}  // namespace yorozu::query
