/// `fields`, `sort` and `limit` on a table that is there.
#pragma once

#include <span>

#include "query/stage.h"
#include "query/table.h"

namespace yorozu::query {

/// Applies `stages` in order, then cuts to Table::kMaxRows. Names that no column has (of a timechart, whose columns the
/// events decide) change nothing.
void apply_stages(std::span<const Stage> stages, Table& table);

/// Rows in the order of `keys` (column and direction); equal rows keep theirs.
void sort_rows(Table& table, std::span<const std::pair<std::size_t, bool>> keys);

}  // namespace yorozu::query
