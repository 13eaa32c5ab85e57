#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace yorozu::test {
namespace {

using testing::HasSubstr;

TEST(RulesCommand, CheckNamesFileLineAndReason) {
  const Outcome got = run_program({"rules", "check", testdata("bad_rule.yml")});
  EXPECT_EQ(got.status, 1);
  EXPECT_THAT(got.out + got.err, HasSubstr("bad_rule.yml:7"));
  EXPECT_THAT(got.out + got.err, HasSubstr("endswiht"));
}

TEST(RulesCommand, CheckOfAGoodRuleIsSilentSuccess) {
  EXPECT_EQ(run_program({"rules", "check", testdata("rule.yml")}).status, 0);
}

TEST(RulesCommand, OurOwnStarterRulesAreClean) {
  const Outcome got = run_program({"rules", "check", std::string(YOROZU_SOURCE_DIR) + "/rules"});
  EXPECT_EQ(got.status, 0) << got.out << got.err;
}

TEST(RulesCommand, ListGivesJsonForPrograms) {
  const Outcome got = run_program({"rules", "list", testdata("rule.yml"), "--format", "json"});
  ASSERT_EQ(got.status, 0) << got.err;
  EXPECT_TRUE(nlohmann::json::accept(got.out)) << got.out;
  EXPECT_THAT(got.out, HasSubstr("6f0f2e0a-7c1b-4f51-9a52-2f5d2f7d8c01"));
}

TEST(RulesCommand, ExplainSpeaksBothLanguages) {
  const Outcome english = run_program({"rules", "explain", testdata("rule.yml")});
  const Outcome japanese = run_program({"rules", "explain", testdata("rule.yml")}, "ja_JP.UTF-8");
  EXPECT_EQ(english.status, 0) << english.err;
  EXPECT_THAT(english.out, HasSubstr("vssadmin.exe"));
  EXPECT_THAT(japanese.out, HasSubstr("vssadmin.exe"));
  EXPECT_NE(english.out, japanese.out);
}

TEST(RulesCommand, WhyShowsTheValueThatDecided) {
  const Outcome got =
      run_program({"rules", "why", testdata("rule.yml"), testdata("incident.jsonl"), "--record", "501"});
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.out, HasSubstr("vssadmin.exe delete shadows /all /quiet"));
}

}  // namespace
}  // namespace yorozu::test
