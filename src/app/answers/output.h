/// The answer of a search, written in the form that was asked for. Rows are written as they come.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/search/search.h"
#include "base/result.h"
#include "base/time.h"

namespace yorozu::answers {

enum class Format { Table, Jsonl, Csv, Raw, Parquet };

struct OutputOptions {
  Format format = Format::Table;
  TimeZone zone = TimeZone::local();
  /// Of `fields a, b`: the columns of rows; empty: what each form shows of any event.
  std::vector<std::string> columns;
  std::size_t picture_columns = 0;  ///< of the histogram in a table; 0: no picture
  /// Takes text; false: nobody reads any more.
  std::function<bool(std::string_view text)> write;
  std::string file;  ///< of Parquet, which is written to a file only, by DuckDB
};

/// Table: for people, control and bidirectional characters made visible. Jsonl: a row as result_lines.h has it; of a
/// table an object for each row. Csv: RFC 4180 with a byte order mark, for Excel; cells that a spreadsheet would run
/// get a `'`. Raw: the messages byte for byte, a line feed behind each; of a table its cells with tabs between.
class AnswerOutput : public archive::search::SearchSink {
 public:
  /// Writes what is held back. Also after a search that was cut short.
  virtual Result<void> finish() = 0;
};

std::unique_ptr<AnswerOutput> make_output(OutputOptions options);

}  // namespace yorozu::answers
