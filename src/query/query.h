/// A whole query: which events, and what is made of them.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/expression.h"
#include "query/stage.h"

namespace yorozu::query {

inline constexpr std::size_t kMaxStages = 16;
inline constexpr std::size_t kMaxNames = 16;  ///< fields, aggregations or keys of one stage

struct Query {
  Expression where;
  std::vector<Stage> stages;
};

/// See query/expression.h for what stands before the first pipe and query/stage.h for what stands behind it. An error
/// names its place and, where one is near, what was probably meant.
std::expected<Query, ParseError> parse_query(std::string_view text);

/// In words of the language; parse_query(to_text(q)) means the same.
std::string to_text(const Query& query);

/// What a query answers with.
enum class Answer : std::uint8_t {
  Rows,   ///< the events themselves, as they are found: no stages, or only `fields` and `limit`
  Table,  ///< a table when all events were read (query/stage_runner.h)
};
Answer answer_of(const Query& query);
/// Of an answer of rows: how many are wanted, when the query says so.
std::optional<std::uint64_t> row_limit(const Query& query);

/// A field name that nobody knows but that is nearly one which is known. Not an error: every device has its own names.
struct FieldHint {
  std::string field, meant;
};
/// Looks at the ECS names, originals of event/taxonomy.h and the names of the archive (`seq`, `received` ...).
std::vector<FieldHint> field_hints(const Query& query);

/// Nearest of `known` by edit distance, when it is near enough to have been meant; "" otherwise.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace yorozu::query
