/// `yorozu rules check|list|explain|why|test`: what the subcommands take, and the loading they share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command.h"
#include "base/result.h"
#include "hunt/rule_source.h"
#include "sigma/rule.h"

namespace yorozu::app {

enum class RulesFormat { Text, Json };

struct RulesArguments {
  std::vector<std::string> rules;  ///< folders, archives, files; empty: the starter rules
  std::string lists;               ///< file of placeholder lists
  RulesFormat format = RulesFormat::Text;
};
struct RulesListArguments : RulesArguments {
  std::string logsource, level, tag;
};
struct RulesExplainArguments : RulesArguments {
  std::string rule;
};
struct RulesWhyArguments : RulesExplainArguments {
  std::string events;
  std::uint64_t record = UINT64_MAX;  ///< UINT64_MAX: not given
};
struct RulesTestArguments : RulesArguments {
  std::string folder;
  unsigned threads = 0;
};

struct RulesUpdateArguments {
  std::string from, sha256, key, data;
  bool dry_run = false;
};

int run_rules_update(const RulesUpdateArguments& arguments, const Console& console);
int run_rules_check(const RulesArguments& arguments, const Console& console);
int run_rules_list(const RulesListArguments& arguments, const Console& console);
int run_rules_explain(const RulesExplainArguments& arguments, const Console& console);
int run_rules_why(const RulesWhyArguments& arguments, const Console& console);
int run_rules_test(const RulesTestArguments& arguments, const Console& console);

struct LoadedRules {
  hunt::RuleSource source;
  sigma::RuleSet set;
};
Result<LoadedRules> load_rules(const RulesArguments& arguments);

/// The one rule or correlation that a person means by a file, id, name or title.
struct ChosenRule {
  sigma::RuleSet set;
  bool is_correlation = false;
  std::uint32_t index = 0;
};
/// Complains on standard error and gives nothing when there is none, or more than one.
std::optional<ChosenRule> choose_rule(const RulesExplainArguments& arguments, const Console& console);

std::string_view to_string(sigma::Diagnostic::Severity severity);
/// "file:line:column: severity: message [code]", and the hint on a line of its own; safe for terminals.
std::string diagnostic_line(const sigma::Diagnostic& diagnostic);
/// product/category/service, without those that are not stated.
std::string logsource_text(const sigma::Logsource& logsource);
/// Each line escaped for terminals.
std::string safe_lines(std::string_view text);
void print(std::string_view text);

}  // namespace yorozu::app
