/// The public rules: every one is read, and what is said about them is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/test_data.h"
#include "sigma/load.h"

namespace yorozu::sigma {
namespace {

namespace fs = std::filesystem;

std::vector<RuleText> read_rules(const std::vector<fs::path>& folders) {
  std::vector<fs::path> paths;
  for (const fs::path& folder : folders)
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".yml") paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<RuleText> out;
  for (const fs::path& path : paths)
    if (auto text = read_file(path)) out.push_back({path.string(), *std::move(text)});
  return out;
}

std::vector<std::string> errors_of(const RuleSet& set) {
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : set.diagnostics)
    if (diagnostic.severity == Diagnostic::Severity::Error)
      out.push_back(fs::path(diagnostic.file).filename().string() + ": " + diagnostic.code);
  return out;
}

TEST(SigmaCorpus, EveryRuleOfSigmaHqIsRead) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  std::vector<fs::path> folders;
  for (const char* name :
       {"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance"})
    folders.push_back(*data / "sigma" / name);
  const RuleSet set = load(read_rules(folders));
  EXPECT_EQ(set.documents, 3779U);
  EXPECT_EQ(set.failed, 0U);
  EXPECT_EQ(set.rules.size(), 3779U);
  EXPECT_THAT(errors_of(set), ::testing::IsEmpty());
  const auto cannot_fire =
      std::ranges::count_if(set.rules, [](const Rule& rule) { return !rule.empty_placeholders.empty(); });
  EXPECT_EQ(cannot_fire, 25);  // the rules with a placeholder
}

TEST(SigmaCorpus, HayabusaRulesFailOnlyWhereTheyAreNotSigma) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  const RuleSet set = load(read_rules({*data / "hayabusa-rules"}));
  EXPECT_EQ(set.rules.size(), 115U);
  EXPECT_EQ(set.correlations.size(), 1U);
  EXPECT_THAT(errors_of(set),
              ::testing::ElementsAre("Sec_4624_Info_Logon-Type-4-Batch.yml: no-condition",
                                     "Sec_4625_Med_LogonFail_UserGuessing_Cnt_Deprecated.yml: old-aggregation",
                                     "Sec_4625_Med_LogonFail_WrongPW_PW-Guessing_Cnt_Deprecated.yml: old-aggregation"));
}

TEST(SigmaCorpus, TheExamplesOfTheSpecificationAreWellFormed) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  const RuleSet set = load(read_rules({*data / "sigma-spec" / "tests" / "schema"}));
  EXPECT_EQ(set.documents, 12U);
  EXPECT_EQ(set.rules.size(), 2U);
  EXPECT_EQ(set.filters, 2U);
  // The correlations name rules that are not there; nothing else is wrong with them.
  EXPECT_THAT(errors_of(set), ::testing::Each(::testing::EndsWith(": unknown-rule")));
  EXPECT_EQ(set.failed, 8U);
}

}  // namespace
}  // namespace yorozu::sigma
