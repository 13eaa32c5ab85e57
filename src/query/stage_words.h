/// The words of the stages: one table for reading, writing and suggestions.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "query/stage.h"

namespace yorozu::query {

enum class StageWord : std::uint8_t { Stats, Top, Rare, Timechart, Fields, Sort, Limit };

/// All of these take lower case.
std::optional<StageWord> parse_stage_word(std::string_view word);
/// Function and, for percentiles, which one: "median", "p95", "perc99.9".
std::optional<Aggregation> parse_function(std::string_view word);
std::optional<Span> parse_span(std::string_view text);

std::string_view word_of(Aggregation::Function function);  ///< not of Percentile
/// "by", "as", "asc", "desc": never the name of a field unless in quotes. Any case.
bool is_reserved(std::string_view word);

/// The usual words, for suggestions.
std::span<const std::string_view> stage_words();
std::span<const std::string_view> function_words();
/// What somebody who wrote `word`, a stage of another product, could write here; "" when nothing is near.
std::string_view stage_instead_of(std::string_view word);

}  // namespace yorozu::query
