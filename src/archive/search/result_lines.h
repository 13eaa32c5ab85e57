/// Questions and answers as lines of JSON: what server and query child, API, control socket and command line hand on to
/// each other. One object a line, without line feed inside; the one key says what it is:
///
///   {"search":{"query":"...","limit":1000,...}}                     the question
///   {"row":{"seq":7,"time":"...","received":"...","input":"...","raw":"...","fields":{...},...}}
///   {"progress":{...}}  {"table":{...}}  {"histogram":{...}}
///   {"done":{...}} or {"error":{...}}                                the last line
///
/// docs/formats/search_lines.md has them in full. Keys without a value are absent; unknown keys are ignored by readers
/// of answers and refused by readers of questions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "archive/search/search.h"
#include "base/result.h"

namespace yorozu::archive::search {

std::string request_line(const SearchRequest& request);
/// Errors: InvalidInput.
Result<SearchRequest> parse_request_line(std::string_view line);

/// Only the object of a row, for who prints rows alone (`--format jsonl`).
void append_row(const Row& row, std::string& out);

/// Each appends one line without its line feed.
void append_row_line(const Row& row, std::string& out);
void append_progress_line(const Progress& progress, std::string& out);
void append_table_line(const query::Table& table, std::string& out);
void append_histogram_line(const Histogram& histogram, std::string& out);
void append_done_line(const SearchSummary& summary, std::string& out);
void append_error_line(const SearchFailure& failure, std::string& out);

/// Writes what answer() finds as such lines; the last one is for the caller (append_done_line, append_error_line).
class LineSink final : public SearchSink {
 public:
  /// `write`: takes a line, valid for the call, without its line feed; false: no more.
  explicit LineSink(std::function<bool(std::string_view line)> write) : write_(std::move(write)) {}
  bool row(const Row& row) override;
  bool progress(const Progress& progress) override;
  bool table(const query::Table& table) override;
  bool histogram(const Histogram& histogram) override;

 private:
  std::function<bool(std::string_view)> write_;
  std::string line_;
};

}  // namespace yorozu::archive::search
