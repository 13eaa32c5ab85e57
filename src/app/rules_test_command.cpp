// yorozu rules test FOLDER: the regression tests of a rule repository. Status 1: a test failed, or its rule or events
// are not there; 2: no tests.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "app/input_arguments.h"
#include "app/rules_command.h"
#include "base/escape.h"
#include "hunt/rule_regression.h"

namespace yorozu::app {

namespace {

using message::Id;
using State = hunt::RegressionCase::State;
namespace fs = std::filesystem;

/// The top of the repository that `folder` is in: SigmaHQ keeps tests in regression_data/ beside rules/. Else `folder`.
std::string repository_of(const std::string& folder) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(folder, error);
  fs::path top;
  for (const fs::path& part : whole) {
    if (part == "regression_data") return top.string();
    top /= part;
  }
  return folder;
}

Id word_of(State state) {
  switch (state) {
    case State::Passed:
      return Id::RulesTestPassed;
    case State::Failed:
      return Id::RulesTestFailed;
    case State::RuleMissing:
      return Id::RulesTestRuleMissing;
    case State::FileMissing:
      return Id::RulesTestFileMissing;
    case State::NoTest:
      break;
  }
  return Id::RulesTestNoTest;
}

std::string line_of(const hunt::RegressionCase& c, message::Lang lang) {
  std::string out = std::string(message::text(lang, word_of(c.state))) + ": " + c.title + " (" + c.rule + ")";
  if (c.state == State::Passed || c.state == State::Failed)
    out += ", " + message::format(lang, Id::RulesTestHits, c.hits, c.wanted);
  out += ", " + (c.file.empty() ? c.info : c.file);
  if (!c.reason.empty()) out += ": " + c.reason;
  return terminal_safe(out) + "\n";
}

}  // namespace

int run_rules_test(const RulesTestArguments& arguments, const Console& console) {
  RulesArguments from = arguments;
  if (from.rules.empty()) from.rules = {repository_of(arguments.folder)};
  auto loaded = load_rules(from);
  if (!loaded) return complain(loaded.error().message);
  event::Schema schema;
  const unsigned threads =
      arguments.threads != 0 ? arguments.threads : std::max(1U, std::thread::hardware_concurrency());
  const auto cases = hunt::run_rule_regression(arguments.folder, std::move(loaded->set), schema,
                                               event::LogsourceMap::builtin(), threads);
  if (!cases) return complain(cases.error().message);

  std::size_t passed = 0, skipped = 0;
  for (const hunt::RegressionCase& c : *cases) {
    print(line_of(c, console.lang));
    passed += c.state == State::Passed ? 1 : 0;
    skipped += c.state == State::NoTest ? 1 : 0;
  }
  const std::size_t failed = cases->size() - passed - skipped;
  print(message::format(console.lang, Id::RulesTestSummary, passed, failed, skipped) + "\n");
  if (passed + failed == 0) return kUsage;
  return failed > 0 ? kFindings : kDone;
}

}  // namespace yorozu::app
