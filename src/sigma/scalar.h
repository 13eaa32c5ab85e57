/// YAML scalars as Sigma values. Follows what YAML 1.1 readers and YAML 1.2 agree on: null, true and false, decimal and
/// 0x numbers, decimal fractions. Where they differ (yes/no, 017, 1:30, 1_000) the text stays text, with a warning.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sigma/report.h"
#include "sigma/yaml_tree.h"

namespace yorozu::sigma {

/// Pattern, Number, Boolean or Null. `scalar` is one.
Matcher value_of(const YamlNode& scalar, Report& report);

/// Decimal or 0x whole number, or decimal fraction; the whole text.
std::optional<Number> parse_number(std::string_view text);
std::optional<bool> parse_boolean(std::string_view text);

}  // namespace yorozu::sigma
