/// The `detection` part of a rule or filter: search identifiers and the condition that joins them, as one tree.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/modifier.h"

namespace yorozu::sigma {

/// Bound of a rule's tree; identifiers that a condition names several times count each time.
inline constexpr std::size_t kMaxRuleNodes = 200'000;

struct Identifier {
  std::string name;
  Node node;
  std::size_t size = 0;  ///< nodes of its tree
};

/// One search identifier: a map (AND), a list of maps (OR), a list of words (keywords, OR), or a mixture of lists.
/// nullopt: error reported.
std::optional<Node> parse_identifier(const YamlNode& definition, ModifierContext& context);

/// Everything under `detection:` (or `filter:`, whose `rules` is in `skip`). nullopt: error reported.
std::optional<Node> parse_detection(const YamlNode& detection, std::string_view skip, ModifierContext& context);

}  // namespace yorozu::sigma
