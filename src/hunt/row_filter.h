/// What the person wants to see: a span of time, a lowest level, and --include / --exclude of rules, tags, hosts and
/// channels by wildcard. Time, host and channel are about events: what they leave out also does not reach correlations.
/// Level, rule and tag are about rows: a correlation still sees every event of its rules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/glob.h"
#include "base/result.h"
#include "base/time.h"
#include "hunt/rule_table.h"

namespace yorozu::hunt {

enum class Subject { Rule, Tag, Host, Channel };

/// "rule:*mimikatz*": of rules the title, the Japanese title, the id or the file name; case does not matter.
struct Selector {
  Subject subject = Subject::Rule;
  Glob pattern;  ///< folded
};

/// InvalidInput when it is not SUBJECT:PATTERN.
Result<Selector> parse_selector(std::string_view text);

struct RowFilter {
  Timestamp from, to;  ///< [from, to); unknown: no bound. Events without a time are left out when a bound is set.
  sigma::Level min_level = sigma::Level::Informational;
  /// Included: of each subject that is named at all, one has to fit. Excluded: none may.
  std::vector<Selector> include, exclude;

  bool shows_rule(const RuleEntry& rule) const;
  bool wants_time(Timestamp time) const;
  bool wants_host(std::string_view host) const;
  bool wants_channel(std::string_view channel) const;
  /// True when hosts (channels) decide anything at all: else nobody needs to look.
  bool looks_at(Subject subject) const;
};

}  // namespace yorozu::hunt
