/// Sigma strings: escapes and wildcards become a Pattern; patterns get wildcards at their ends, dashes and placeholders
/// replaced, and are written back for people. Rules of escaping: docs/sigma.md, "Strings".
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/rule.h"

namespace yorozu::sigma {

/// `*` any run, `?` one character; `\*` `\?` `\\` are the character behind the backslash; any other backslash is
/// itself.
Pattern parse_pattern(std::string_view text);
/// Nothing in `text` is special.
Pattern literal_pattern(std::string_view text);
/// As a rule would write it: parse_pattern(to_text(p)).parts == p.parts.
std::string to_text(const Pattern& pattern);

bool has_wildcard(const Pattern& pattern);
/// The text of a pattern without wildcards.
std::string literal_text(const Pattern& pattern);

/// Never doubled: a pattern that begins (ends) with Any stays as it is.
void add_any_in_front(Pattern& pattern);
void add_any_behind(Pattern& pattern);
/// Appends and keeps the form that Pattern promises.
void append(Pattern& pattern, const Pattern& more);

/// Every combination of dashes (-, /, en dash, em dash, horizontal bar) for each `-` or `/` that stands after something
/// that is not part of a word and before something that is. nullopt: more than kMaxWindash of them, or more than
/// kMaxWindashBytes altogether.
inline constexpr std::size_t kMaxWindash = 5;
inline constexpr std::size_t kMaxWindashBytes = std::size_t{4} << 20;
std::optional<std::vector<Pattern>> windash_variants(const Pattern& pattern);

/// A whole value, as Sigma means it: folded on both sides unless the pattern is cased.
bool matches(const Pattern& pattern, std::string_view value);
/// The same, when both are folded already (or the pattern is cased).
bool fits_folded(const Pattern& pattern, std::string_view value);

}  // namespace yorozu::sigma
