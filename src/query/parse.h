/// Query text to expression; see query/expression.h for the language.
#pragma once

#include <expected>
#include <string_view>

#include "query/expression.h"

namespace yorozu::query {

inline constexpr std::size_t kMaxQueryBytes = 64 * 1024;
inline constexpr int kMaxDepth = 100;

/// A condition alone; a pipe is an error (PipeNotHere).
std::expected<Expression, ParseError> parse(std::string_view text);

/// The condition at the front of a query; `end`: where its first pipe stands, or the end of the text.
std::expected<Expression, ParseError> parse_condition(std::string_view text, std::size_t& end);

/// The expression in words of the language again, fully bracketed; parse(to_text(e)) gives e.
std::string to_text(const Expression& expression);

}  // namespace yorozu::query
