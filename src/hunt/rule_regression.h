/// Regression tests of rules as SigmaHQ keeps them: folders with an info.yml that names rules and the event files they
/// have to hit, and how often.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/logsource.h"
#include "sigma/rule.h"

namespace yorozu::hunt {

struct RegressionCase {
  enum class State : std::uint8_t {
    Passed,
    Failed,       ///< fewer hits than asked for
    RuleMissing,  ///< none of the rules given has this id
    FileMissing,  ///< the events are not there, or could not be read
    NoTest,       ///< the info.yml names no test
  } state = State::NoTest;
  std::string info;  ///< the info.yml
  std::string rule;  ///< id
  std::string title;
  std::string file;  ///< with the events
  std::uint64_t wanted = 1, hits = 0;
  std::string reason;  ///< of FileMissing
};

/// Every info.yml below `folder`. Beside each .evtx its .json twin is a case of its own. `rules` are all that there
/// are; only those that tests name are compiled. Errors: NotFound (no such folder, or no info.yml in it), and of
/// compiling.
Result<std::vector<RegressionCase>> run_rule_regression(const std::string& folder, sigma::RuleSet rules,
                                                        event::Schema& schema, const event::LogsourceMap& logsources,
                                                        unsigned threads);

}  // namespace yorozu::hunt
