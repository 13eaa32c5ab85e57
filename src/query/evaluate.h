/// An expression on one event at a time. The plain reading of the language: no index, no prefilter; search later checks
/// its fast paths against this one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "event/event.h"
#include "query/expression.h"

namespace yorozu::query {

/// Where a positive word, phrase or value was found; for highlighting.
struct Hit {
  std::string_view field;  ///< name in the event; empty: the event's text
  std::string text;        ///< what to mark, in normal form
};

/// One per thread. Fields answer to their own name (case-insensitive), to their ECS name (event/taxonomy.h), to their
/// name without blanks, and to: time, host, channel, record_id, line, event_id, raw.
class Evaluator {
 public:
  /// `schema` outlives the evaluator.
  Evaluator(const Expression& expression, const event::Schema& schema);
  Evaluator(Evaluator&&) noexcept;
  ~Evaluator();

  bool matches(const event::Event& event, const event::EventBatch& batch);
  /// Names and texts that the words of the expression have in that event; call after matches() gave true.
  std::vector<Hit> hits(const event::Event& event, const event::EventBatch& batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// True when `needle` (normal form) stands in `haystack` (normal form) without continuing a run of letters and digits.
/// With `phrase`, a blank of the needle matches any run of white space. Exposed for tests.
bool contains_word(std::string_view haystack, std::string_view needle, bool phrase);

}  // namespace yorozu::query
