#include "hunt/findings.h"

#include <algorithm>
#include <tuple>

namespace yorozu::hunt {

namespace {

constexpr std::string_view kAttackOrder[] = {
    "Reconnaissance", "Resource Development", "Initial Access",  "Execution",
    "Persistence",    "Privilege Escalation", "Defense Evasion", "Defense Impairment",
    "Stealth",        "Credential Access",    "Discovery",       "Lateral Movement",
    "Collection",     "Command and Control",  "Exfiltration",    "Impact"};

std::vector<std::string> tactics_in_order(const RuleTable& rules) {
  std::vector<std::string> out;
  for (const RuleEntry& rule : rules)
    for (const std::string& tactic : rule.tactics)
      if (std::ranges::find(out, tactic) == out.end()) out.push_back(tactic);
  std::ranges::sort(out, {}, [](const std::string& tactic) {
    return std::tuple(std::ranges::find(kAttackOrder, tactic) - std::begin(kAttackOrder), tactic);
  });
  return out;
}

}  // namespace

void Tally::add(const Row& row) {
  count += row.count;
  if (!row.time.known()) return;
  if (!first.known() || row.time < first) first = row.time;
  last = std::max({last, row.time, row.last});
}

Findings::Findings(const RuleTable& rules) : rules_(rules), by_rule_(rules.size()), tactics_(tactics_in_order(rules)) {
  by_tactic_.resize(tactics_.size());
  for (const RuleEntry& rule : rules) {
    auto& of_rule = tactics_of_rule_.emplace_back();
    for (const std::string& tactic : rule.tactics)
      of_rule.push_back(static_cast<std::uint32_t>(std::ranges::find(tactics_, tactic) - tactics_.begin()));
  }
}

void Findings::add(const Row& row) {
  ++rows_;
  all_.add(row);
  const auto level = static_cast<std::size_t>(rules_[row.rule].level);
  by_level_[level] += row.count;
  by_rule_[row.rule].add(row);
  for (const std::uint32_t tactic : tactics_of_rule_[row.rule]) by_tactic_[tactic] += row.count;

  if (newest_tally_ == nullptr || newest_host_ != row.host) {
    newest_host_ = row.host;
    auto found = by_host_.find(newest_host_);
    if (found == by_host_.end() && by_host_.size() < kMaxHosts) {
      found = by_host_.emplace(newest_host_, HostTally{}).first;
      found->second.by_tactic.resize(tactics_.size());
    }
    newest_tally_ = found == by_host_.end() ? nullptr : &found->second;
  }
  if (newest_tally_ == nullptr) {
    of_further_hosts_ += row.count;
    return;
  }
  newest_tally_->add(row);
  newest_tally_->by_level[level] += row.count;
  for (const std::uint32_t tactic : tactics_of_rule_[row.rule]) newest_tally_->by_tactic[tactic] += row.count;
}

std::vector<std::uint32_t> Findings::top_rules() const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < by_rule_.size(); ++i)
    if (by_rule_[i].count > 0) out.push_back(i);
  std::ranges::stable_sort(out, [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(by_rule_[b].count, rules_[b].level, std::string_view(rules_[a].title)) <
           std::tuple(by_rule_[a].count, rules_[a].level, std::string_view(rules_[b].title));
  });
  return out;
}

std::vector<std::uint32_t> Findings::noisy_rules() const {
  std::vector<std::uint32_t> out = top_rules();
  std::erase_if(out,
                [&](std::uint32_t rule) { return by_rule_[rule].count < 100 || by_rule_[rule].count * 10 < total(); });
  return out;
}

}  // namespace yorozu::hunt
