#include "hunt/rule_table.h"

#include <array>
#include <utility>

namespace yorozu::hunt {

namespace {

RuleEntry make_entry(const sigma::Metadata& meta) {
  RuleEntry out;
  out.id = meta.id;
  out.title = meta.title;
  out.title_ja = meta.title_ja;
  out.description = meta.description;
  out.description_ja = meta.description_ja;
  out.file = meta.file;
  out.level = meta.level;
  out.tags = meta.tags;
  out.tactics = meta.tactics();
  out.techniques = meta.techniques();
  return out;
}

}  // namespace

RuleTable make_rule_table(const sigma::RuleSet& rules) {
  RuleTable out;
  out.reserve(rules.rules.size() + rules.correlations.size());
  for (const sigma::Rule& rule : rules.rules) {
    out.push_back(make_entry(rule.meta));
    out.back().alerts = rule.alerts;
  }
  for (const sigma::Correlation& correlation : rules.correlations) {
    out.push_back(make_entry(correlation.meta));
    out.back().alerts = correlation.alerts;
    out.back().is_correlation = true;
  }
  return out;
}

std::string_view level_word(sigma::Level level, message::Lang lang) {
  using message::Id;
  constexpr std::array kWords = {Id::HuntLevelInformational, Id::HuntLevelLow, Id::HuntLevelMedium, Id::HuntLevelHigh,
                                 Id::HuntLevelCritical};
  return message::text(lang, kWords[static_cast<std::size_t>(level)]);
}

std::string_view tactic_name(std::string_view english, message::Lang lang) {
  using message::Id;
  constexpr std::array kTactics = {Id::HuntTacticReconnaissance, Id::HuntTacticResourceDevelopment,
                                   Id::HuntTacticInitialAccess,  Id::HuntTacticExecution,
                                   Id::HuntTacticPersistence,    Id::HuntTacticPrivilegeEscalation,
                                   Id::HuntTacticDefenseEvasion, Id::HuntTacticDefenseImpairment,
                                   Id::HuntTacticStealth,        Id::HuntTacticCredentialAccess,
                                   Id::HuntTacticDiscovery,      Id::HuntTacticLateralMovement,
                                   Id::HuntTacticCollection,     Id::HuntTacticCommandAndControl,
                                   Id::HuntTacticExfiltration,   Id::HuntTacticImpact};
  for (const Id tactic : kTactics)
    if (message::text(message::Lang::En, tactic) == english) return message::text(lang, tactic);
  return english;
}

}  // namespace yorozu::hunt
