/// One set of rules as the live engine uses it: compiled, with the part of a finding's text that is the same for all
/// findings of a rule. Immutable; a reload makes another one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "detect/engine.h"
#include "sigma/rule.h"

namespace yorozu::ingest {

struct LiveRule {
  std::string id;
  std::string text_hash;            ///< of the rule's text: the same rule, changed, makes other findings
  std::string head;                 ///< `"level":"high","rule_id":"..."...`, JSON members without braces
  bool alerts = true;               ///< false: only correlations want it
  bool wanted = false;              ///< some correlation rests on it
  std::vector<std::string> fields;  ///< that correlations need of it
};

struct LiveRules {
  std::shared_ptr<const detect::CompiledRules> compiled;
  std::vector<LiveRule> rules;         ///< as RuleSet::rules
  std::vector<LiveRule> correlations;  ///< as RuleSet::correlations
  std::int64_t longest_window_us = 0;  ///< longest timespan of a correlation

  const sigma::RuleSet& set() const { return detect::rules_of(*compiled); }
};

std::shared_ptr<const LiveRules> make_live_rules(std::shared_ptr<const detect::CompiledRules> compiled);

}  // namespace yorozu::ingest
