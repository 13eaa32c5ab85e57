/// The part of a query from its first pipe on; see query/stage.h for the language.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "query/expression.h"
#include "query/stage.h"

namespace yorozu::query {

/// `at`: where in `text` the first pipe stands, or its end. Besides the words this checks that stages fit each other
/// and that columns exist.
std::expected<std::vector<Stage>, ParseError> parse_stages(std::string_view text, std::size_t at);

}  // namespace yorozu::query
