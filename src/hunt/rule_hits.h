/// Which rule hit which record: the answer of a hunt without its texts. For tests of rules, where each file counts by
/// itself (correlations do not see from one file into the next).
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "detect/engine.h"
#include "hunt/input.h"

namespace yorozu::hunt {

struct RuleHit {
  std::uint32_t file = 0;    ///< of the input
  std::uint64_t record = 0;  ///< EventRecordID, else line, else position; of a correlation: of its last event
  std::uint32_t rule = 0;    ///< index into RuleSet::rules or RuleSet::correlations
  bool is_correlation = false;
  auto operator<=>(const RuleHit&) const = default;
};

/// In order of files, records, rules; the same for any number of threads.
Result<std::vector<RuleHit>> find_rule_hits(const std::shared_ptr<const detect::CompiledRules>& rules, Input& input,
                                            event::Schema& schema, const event::LogsourceMap& logsources,
                                            unsigned threads);

/// The number a person would look for: EventRecordID, else line, else position.
std::uint64_t record_number(const event::Event& event);

}  // namespace yorozu::hunt
