/// An expression on one event at a time. The plain reading of the language: no index, no prefilter; search later checks
/// its fast paths against this one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "event/event.h"
#include "query/event_context.h"
#include "query/expression.h"

namespace yorozu::query {

/// Where a positive word, phrase or value was found; for highlighting.
struct Hit {
  std::string_view field;  ///< name in the event; empty: the event's text
  std::string text;        ///< what to mark, in normal form
};

/// One per thread. A field's test holds when it holds for any value that the name has (query/field_reader.h).
class Evaluator {
 public:
  /// `schema` outlives the evaluator. `zone`: of times in the query that name none (`received:>2026-11-24`).
  Evaluator(const Expression& expression, const event::Schema& schema, const TimeZone& zone = TimeZone::utc());
  Evaluator(Evaluator&&) noexcept;
  ~Evaluator();

  bool matches(const event::Event& event, const event::EventBatch& batch, const EventContext& context = {});
  /// Names and texts that the words of the expression have in that event; call after matches() gave true.
  std::vector<Hit> hits(const event::Event& event, const event::EventBatch& batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What words are looked for in besides values: the text of a line in normal form. Bytes that are not UTF-8 are read in
/// the charset that base/text.h detects. Filters of an index are made of the same text.
std::string normal_text(std::string_view raw);

/// True when `needle` (normal form) stands in `haystack` (normal form) without continuing a run of letters and digits.
/// With `phrase`, a blank of the needle matches any run of white space. Exposed for tests.
bool contains_word(std::string_view haystack, std::string_view needle, bool phrase);

}  // namespace yorozu::query
