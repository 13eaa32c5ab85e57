/// Tables out of the columns of the index, where that is exactly what reading the events would give: the condition asks
/// for values of columns, the stages read columns. Text of a query is bound, never part of SQL.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "archive/index/index_catalogue.h"
#include "archive/search/index_choice.h"
#include "base/result.h"
#include "query/query.h"
#include "query/stage_runner.h"

namespace yorozu::archive::search {

struct ColumnQuestion {
  const query::Query& query;
  Timestamp from, to;
};

/// Whether columns can answer at all.
bool columns_can_answer(const ColumnQuestion& question, const query::StageRunner& runner);

struct ColumnAnswer {
  std::set<std::string> segments;  ///< paths of those that were answered whole
  std::uint64_t events = 0;        ///< that match
};

/// Adds to `runner` what the segments in `allowed` hold, as far as their columns decide it: a file of columns is taken
/// as a whole or not at all. Where the value that the condition asks for is one of several of an event, or not in
/// ASCII, the file is left to the scan. Errors: of DuckDB, also when it ran out of its memory; then `runner` is of no
/// use any more.
Result<ColumnAnswer> answer_by_columns(const ColumnQuestion& question, const index::IndexCatalogue& catalogue,
                                       const std::filesystem::path& index_folder, const std::set<std::string>& allowed,
                                       query::StageRunner& runner);

}  // namespace yorozu::archive::search
