// SigmaHQ's own regression tests: each rule has to hit the events that were recorded for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/test_data.h"
#include "hunt/rule_regression.h"
#include "hunt/rule_source.h"
#include "sigma/load.h"

namespace yorozu::hunt {
namespace {

namespace fs = std::filesystem;
using State = RegressionCase::State;

TEST(Regression, EveryRuleHitsItsOwnEvents) {
  const auto data = shared_data();
  if (!data || !fs::exists(*data / "sigma/regression_data")) GTEST_SKIP() << "the shared test data is not there";
  const auto source = read_rules(std::vector{(*data / "sigma").string()});
  ASSERT_TRUE(source);
  event::Schema schema;
  const auto cases = run_rule_regression((*data / "sigma/regression_data").string(), sigma::load(source->texts), schema,
                                         event::LogsourceMap::builtin(), 2);
  ASSERT_TRUE(cases) << cases.error().message;
  std::size_t evtx = 0, json = 0;
  for (const RegressionCase& c : *cases) {
    if (c.state == State::NoTest) continue;  // its test is commented out
    EXPECT_EQ(c.state, State::Passed) << c.title << ": " << c.hits << " of " << c.wanted << " hits in " << c.file
                                      << c.reason;
    (c.file.ends_with(".evtx") ? evtx : json) += 1;
  }
  EXPECT_EQ(evtx, 99U);
  EXPECT_EQ(json, 99U);
}

/// A repository of one rule, its test, and events as JSON lines.
class SmallRepository : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    const fs::path path = folder_->path() / name;
    fs::create_directories(path.parent_path());
    ASSERT_TRUE(write_file_atomic(path, text));
  }
  RegressionCase run(const std::string& match_count) {
    write("regression_data/a/info.yml",
          "rule_metadata:\n  - id: 11111111-1111-4111-8111-111111111111\n    title: Calc\n"
          "regression_tests_info:\n  - type: json\n    path: elsewhere/events.json\n" +
              match_count);
    const std::string rule =
        "title: Calc\nid: 11111111-1111-4111-8111-111111111111\nlogsource:\n  product: windows\n"
        "  category: process_creation\ndetection:\n  s:\n    Image|endswith: '\\calc.exe'\n  condition: s\n";
    event::Schema schema;
    const auto cases =
        run_rule_regression(folder_->path().string(), sigma::load(std::vector<sigma::RuleText>{{"r.yml", rule}}),
                            schema, event::LogsourceMap::builtin(), 1);
    EXPECT_TRUE(cases) << cases.error().message;
    EXPECT_EQ(cases->size(), 1U);
    return cases->at(0);
  }
  static std::string event(std::string_view image) {
    return R"({"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,)"
           R"("EventRecordID":7,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"PC"},)"
           R"("EventData":{"Image":"C:\\)" +
           std::string(image) + "\"}}}\n";
  }
  Result<TempDir> folder_ = TempDir::make("yorozu-regression");
};

TEST_F(SmallRepository, PassesWithAsManyHitsAsItAsksFor) {
  write("regression_data/a/events.json", event("calc.exe") + event("calc.exe"));
  EXPECT_EQ(run("    match_count: 2\n").state, State::Passed);
  EXPECT_EQ(run("    match_count: 3\n").state, State::Failed);
}

TEST_F(SmallRepository, WantsOneHitWhenItSaysNoNumber) {
  write("regression_data/a/events.json", event("notepad.exe"));
  const RegressionCase c = run("");
  EXPECT_EQ(c.state, State::Failed);
  EXPECT_EQ(c.wanted, 1U);
}

TEST_F(SmallRepository, SaysSoWhenTheEventsAreNotThere) {
  EXPECT_EQ(run("").state, State::FileMissing);
}

TEST(Regression, OfAFolderWithoutTestsIsAnError) {
  const auto folder = TempDir::make("yorozu-regression");
  event::Schema schema;
  const auto cases = run_rule_regression(folder->path().string(), {}, schema, event::LogsourceMap::builtin(), 1);
  EXPECT_EQ(cases.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace yorozu::hunt
