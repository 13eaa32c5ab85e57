// yorozu rules check: what is wrong with rules, as a compiler says it. Diagnostics are English in every language, so
// that they can be searched for; the summary is not. Status 1: errors; 2: nothing to check.
#include <algorithm>
#include <array>
#include <cstdio>

#include "app/input_arguments.h"
#include "app/rules_command.h"
#include "base/json_writer.h"

namespace yorozu::app {

namespace {

using message::Id;
using Severity = sigma::Diagnostic::Severity;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return safe_lines(out.empty() ? "rules/" : out);
}

/// What could not be read counts as an error of its own.
std::vector<sigma::Diagnostic> all_diagnostics(const LoadedRules& rules) {
  std::vector<sigma::Diagnostic> out;
  out.reserve(rules.source.problems.size() + rules.set.diagnostics.size());
  for (const auto& [name, error] : rules.source.problems)
    out.push_back({Severity::Error, name, {}, "", "unreadable", error.message, ""});
  std::vector<sigma::Diagnostic> of_rules = rules.set.diagnostics;
  std::ranges::stable_sort(of_rules, {}, [](const sigma::Diagnostic& d) { return std::tuple(d.file, d.span.line); });
  out.insert(out.end(), of_rules.begin(), of_rules.end());
  return out;
}

std::string as_json(const std::vector<sigma::Diagnostic>& diagnostics, const LoadedRules& rules) {
  std::string out;
  JsonWriter j(out);
  j.begin_object().key("documents").value(std::uint64_t{rules.set.documents});
  j.key("failed").value(std::uint64_t{rules.set.failed});
  j.key("rules").value(std::uint64_t{rules.set.rules.size()});
  j.key("correlations").value(std::uint64_t{rules.set.correlations.size()});
  j.key("filters").value(std::uint64_t{rules.set.filters});
  j.key("diagnostics").begin_array();
  for (const sigma::Diagnostic& d : diagnostics) {
    j.begin_object().key("file").value(d.file);
    j.key("line").value(std::uint64_t{d.span.line}).key("column").value(std::uint64_t{d.span.column});
    j.key("severity").value(to_string(d.severity)).key("code").value(d.code);
    j.key("message").value(d.message).key("hint").value(d.hint).key("rule").value(d.rule);
    j.end_object();
  }
  j.end_array().end_object();
  return out + "\n";
}

}  // namespace

int run_rules_check(const RulesArguments& arguments, const Console& console) {
  const auto loaded = load_rules(arguments);
  if (!loaded) return complain(loaded.error().message);
  const std::vector<sigma::Diagnostic> diagnostics = all_diagnostics(*loaded);
  if (loaded->source.texts.empty() && diagnostics.empty())
    return complain(message::format(console.lang, Id::RulesNoInput, joined(arguments.rules)));

  if (arguments.format == RulesFormat::Json) print(as_json(diagnostics, *loaded));
  std::array<std::size_t, 3> counts{};
  for (const sigma::Diagnostic& d : diagnostics) {
    ++counts[static_cast<std::size_t>(d.severity)];
    if (arguments.format == RulesFormat::Text) print(diagnostic_line(d));
  }
  std::string summary =
      message::format(console.lang, Id::RulesCheckSummary, loaded->set.documents, counts[0], counts[1], counts[2],
                      loaded->set.rules.size(), loaded->set.correlations.size(), loaded->set.filters);
  if (!loaded->source.not_rules.empty())
    summary += "\n" + message::format(console.lang, Id::RulesNotRules, loaded->source.not_rules.size());
  std::fprintf(stderr, "%s\n", summary.c_str());
  if (loaded->source.texts.empty()) return kUsage;
  return counts[0] > 0 ? kFindings : kDone;
}

}  // namespace yorozu::app
