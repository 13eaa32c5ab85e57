/// What a hunt tells at its end: to people (text, HTML) and to programs (docs/formats/hunt-summary.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "hunt/findings.h"
#include "hunt/hunt.h"
#include "hunt/input.h"
#include "hunt/rule_table.h"
#include "message/message.h"
#include "sigma/rule.h"

namespace yorozu::hunt {

/// A rule document, or file of rules, that became nothing.
struct FailedRule {
  std::string file, rule;  ///< rule: id or title, "" when not even that could be read
  sigma::Span span;
  std::string code, reason;
};

struct HuntSummary {
  const RuleTable& rules;
  const Input& input;
  const HuntResult& result;
  const Findings& findings;
  std::vector<FailedRule> failed;
  std::size_t loaded = 0;  ///< rules and correlations
  double seconds = 0;
  bool cancelled = false;

  std::uint64_t records() const;
  std::uint64_t damages() const;  ///< listed or not
  std::uint64_t gaps() const;
  std::uint64_t time_steps() const;
};

/// One for each document: errors of the same document are put together.
std::vector<FailedRule> failed_rules(const std::vector<sigma::Diagnostic>& diagnostics);

std::string summary_json(const HuntSummary& summary);

struct SummaryTextOptions {
  message::Lang lang = message::Lang::En;
  TimeZone zone = TimeZone::utc();
  bool color = false;
};
std::string summary_text(const HuntSummary& summary, const SummaryTextOptions& options);

}  // namespace yorozu::hunt
