/// What reports need to know of rules, one entry for each rule and then each correlation: so that a finding carries a
/// number, and everything else is looked up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "message/message.h"
#include "sigma/rule.h"

namespace yorozu::hunt {

struct RuleEntry {
  std::string id, title, title_ja, description, description_ja, file;
  sigma::Level level = sigma::Level::Medium;
  std::vector<std::string> tags, tactics, techniques;
  bool is_correlation = false;
  bool alerts = true;  ///< false: only correlations want its matches

  std::string_view title_in(message::Lang lang) const {
    return lang == message::Lang::Ja && !title_ja.empty() ? title_ja : title;
  }
};

/// Indexed by rule number; correlation i stands at rules.size() + i.
using RuleTable = std::vector<RuleEntry>;

RuleTable make_rule_table(const sigma::RuleSet& rules);

/// "High", "高".
std::string_view level_word(sigma::Level level, message::Lang lang);
/// Name of an ATT&CK tactic in that language; unknown ones as they are.
std::string_view tactic_name(std::string_view english, message::Lang lang);

}  // namespace yorozu::hunt
