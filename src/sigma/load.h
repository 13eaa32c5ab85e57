/// Reads Sigma documents into a RuleSet: YAML (libyaml, with line numbers), modifiers, conditions, correlations,
/// filters, placeholders. Pure: who reads folders and zips is app/ and hunt/.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/rule.h"

namespace yorozu::sigma {

struct RuleText {
  std::string file;  ///< shown in diagnostics
  std::string text;  ///< YAML, one or several documents
};

struct LoadOptions {
  /// Lists for `expand`: name -> values. A name that is not here is a rule error; an empty list: the rule cannot fire.
  std::map<std::string, std::vector<std::string>, std::less<>> placeholders;
};

/// Never fails as a whole; every document that is not understood is a Diagnostic with file, line and reason.
RuleSet load(std::span<const RuleText> texts, const LoadOptions& options = {});

}  // namespace yorozu::sigma
