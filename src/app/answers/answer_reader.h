/// The other end of archive/search/result_lines.h: lines of an answer to the sink that wants it.
#pragma once

#include <optional>
#include <string_view>

#include "archive/search/search.h"
#include "base/result.h"

namespace yorozu::answers {

class AnswerReader {
 public:
  explicit AnswerReader(archive::search::SearchSink& sink) : sink_(sink) {}

  /// One line; false: the sink wants no more. Keys and lines of kinds not known are passed over. Errors: InvalidInput
  /// when it is no such line; what an `error` line says.
  Result<bool> take(std::string_view line);
  /// Of the `done` line, once it came.
  const std::optional<archive::search::SearchSummary>& summary() const { return summary_; }

 private:
  archive::search::SearchSink& sink_;
  std::optional<archive::search::SearchSummary> summary_;
};

}  // namespace yorozu::answers
