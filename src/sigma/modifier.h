/// Value modifiers: the words behind `|` of a field, applied from left to right to each value of the item.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/load.h"
#include "sigma/report.h"
#include "sigma/yaml_tree.h"

namespace yorozu::sigma {

enum class Modifier : std::uint8_t {
  All,
  NotEqual,
  Cased,
  Contains,
  StartsWith,
  EndsWith,
  Regex,
  IgnoreCase,
  MultiLine,
  DotAll,
  Cidr,
  Exists,
  FieldReference,
  Expand,
  WindowsDash,
  Base64,
  Base64Offset,
  Utf16Le,
  Utf16Be,
  Utf16,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  Minute,
  Hour,
  Day,
  Week,
  Month,
  Year,
};

std::optional<Modifier> parse_modifier(std::string_view name);
std::string_view to_string(Modifier modifier);

struct FieldKey {
  std::string field;  ///< "" for keywords
  std::vector<Modifier> modifiers;
  bool has(Modifier modifier) const;
};

/// "CommandLine|contains|all". Unknown words and orders that mean nothing are errors in `report`.
std::optional<FieldKey> parse_field_key(const YamlNode& key, Report& report);

/// What applying modifiers needs to know, and what it finds out.
struct ModifierContext {
  const LoadOptions& options;
  Report& report;
  std::vector<std::string>& empty_placeholders;
};

/// Bound of what one value may become (windash, expand and base64offset multiply).
inline constexpr std::size_t kMaxAlternatives = 20'000;
inline constexpr std::size_t kMaxExpandedBytes = std::size_t{4} << 20;

/// One value of the item: the tests that it stands for, OR-linked. None: an empty placeholder. nullopt: error reported.
std::optional<std::vector<Matcher>> apply_modifiers(const FieldKey& key, const YamlNode& value,
                                                    ModifierContext& context);

}  // namespace yorozu::sigma
