/// Words, phrases and wildcards inside running text (all in normal form).
#pragma once

#include <string_view>

#include "query/expression.h"

namespace yorozu::query {

/// A word or phrase somewhere in `haystack`, on the borders that query/expression.h states.
bool found_in(const Text& text, std::string_view haystack);
/// The whole of `value`.
bool equals(const Text& text, std::string_view value);

}  // namespace yorozu::query
