/// A correlation made ready to run: where its members' fields stand among the values of a match, and which kind of
/// window answers its condition (docs/correlation.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sigma/rule.h"

namespace yorozu::detect {

enum class WindowKind : std::uint8_t {
  Sliding,   ///< lower bounds only: asked at each match about the window that ends there
  Anchored,  ///< with an upper bound: opens at a match, asked when it closes, then starts afresh
  FromEach,  ///< expression with `not`: one window from each match of a wanted member on, asked when it closes
};

/// One way to make a condition of temporal_ordered true: these members in this order, and none of those.
struct Term {
  std::vector<std::uint32_t> present, absent;  ///< indices of members, ascending
};

struct CorrelationPlan {
  static constexpr std::uint32_t kNoSlot = UINT32_MAX;
  static constexpr std::size_t kMaxTerms = 256;

  struct Member {
    std::vector<std::uint32_t> group_slots,
        value_slots;  ///< into the values of the match; kNoSlot: it has no such field
  };
  /// Who wants the findings of this correlation.
  struct Link {
    std::uint32_t correlation = 0, member = 0;
  };

  const sigma::Correlation* rule = nullptr;
  std::uint32_t index = 0;
  WindowKind kind = WindowKind::Sliding;
  std::vector<Member> members;
  std::vector<Link> wanted_by;
  std::vector<Term> terms;   ///< temporal_ordered without a counting condition
  std::vector<bool> starts;  ///< FromEach: members whose match opens a window
  std::size_t max_entries = 0;

  bool is_temporal() const {
    return rule->type == sigma::Correlation::Type::Temporal || rule->type == sigma::Correlation::Type::TemporalOrdered;
  }
  /// Adds up the numbers of a field.
  bool is_metric() const { return !is_temporal() && !is_event_count() && !is_value_count(); }
  bool is_event_count() const { return rule->type == sigma::Correlation::Type::EventCount; }
  bool is_value_count() const { return rule->type == sigma::Correlation::Type::ValueCount; }
};

struct CorrelationPlans {
  std::vector<CorrelationPlan> plans;                              ///< one for each of RuleSet::correlations
  std::vector<std::vector<std::string>> fields_of_rule;            ///< one for each of RuleSet::rules
  std::vector<std::vector<CorrelationPlan::Link>> wanted_by_rule;  ///< likewise
  std::uint64_t fingerprint = 0;                                   ///< changes when saved state would no longer fit
};

/// `rules` outlives the result.
CorrelationPlans plan_correlations(const sigma::RuleSet& rules);

bool holds(const sigma::CorrelationCondition& condition, double value);
/// The truth of a boolean text when exactly the members with `present[member]` occurred.
bool holds(const sigma::Correlation::Expression& expression, const std::vector<bool>& present);

}  // namespace yorozu::detect
