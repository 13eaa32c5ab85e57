/// Filters: conditions that are joined by AND to rules of the same logsource, so that a site can exclude its own noise
/// without editing rules. As in pySigma, an exclusion is written with `not`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sigma/modifier.h"

namespace yorozu::sigma {

struct Filter {
  Metadata meta;
  Logsource logsource;
  std::vector<std::string> rules;  ///< ids or names
  bool any = false;                ///< every rule of the logsource
  Node condition;
  std::vector<std::string> empty_placeholders;
};

/// `meta` is already read. nullopt: error reported.
std::optional<Filter> parse_filter(const YamlNode& document, Metadata meta, const LoadOptions& options, Report& report);

/// Bound of what filters add to all rules together, in nodes: each rule has its own copy of the filter's tree.
inline constexpr std::size_t kMaxFilterNodes = 2'000'000;

/// Joins each filter to the rules that it names and whose logsource it contains. Names that lead nowhere, and rules of
/// another logsource, are warnings; a filter that goes beyond kMaxFilterNodes is an error and applies to nothing.
void apply_filters(const std::vector<Filter>& filters, RuleSet& set);

}  // namespace yorozu::sigma
