/// The `expand` modifier: `%name%` in a value stands for each entry of a configured list, `\%` for a percent sign.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sigma/modifier.h"

namespace yorozu::sigma {

/// Names that are known though nobody configured them (then they are empty): the five of the Sigma specification and
/// those that public rules ask for.
std::span<const std::string_view> known_placeholders();

/// Replaces every placeholder of a Pattern or Regex, all combinations. An empty list is noted in the context and gives
/// no alternatives; an unknown one is an error (nullopt). Entries of lists may have wildcards.
std::optional<std::vector<Matcher>> expand_placeholders(Matcher matcher, Span span, ModifierContext& context);

}  // namespace yorozu::sigma
