#include "sigma/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigma/testing.h"

namespace yorozu::sigma {
namespace {

using testing::codes;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::load_text;
using testing::TestEvent;
using testing::warnings;

constexpr std::string_view kRule =
    "title: Tool started\nid: 00000000-0000-4000-8000-000000000001\nname: tool\nlevel: high\n"
    "logsource: {product: windows, category: process_creation}\n"
    "detection:\n  selection: {Image|endswith: tool.exe}\n  condition: selection\n";

std::string filter_text(std::string_view body,
                        std::string_view logsource = "{product: windows, category: process_creation}") {
  return "---\ntitle: Our filter\nid: 00000000-0000-4000-8000-0000000000f1\nlogsource: " + std::string(logsource) +
         "\nfilter:\n" + testing::indented(body, 2) + "\n";
}

bool fires_for(const RuleSet& set, std::string_view image, std::string_view user) {
  if (set.rules.size() != 1) return false;
  TestEvent event{{"Image", image}, {"User", user}};
  return Oracle(set.rules[0].condition).matches(event.fields());
}

TEST(SigmaFilter, AnExclusionWithNotIsJoinedByAnd) {
  const RuleSet set = load_text(
      std::string(kRule) + filter_text("rules: [tool]\nselection: {User|startswith: adm_}\ncondition: not selection"));
  EXPECT_THAT(codes(set), IsEmpty());
  EXPECT_THAT(warnings(set), IsEmpty());
  EXPECT_EQ(set.filters, 1U);
  EXPECT_TRUE(fires_for(set, "C:\\tool.exe", "bob"));
  EXPECT_FALSE(fires_for(set, "C:\\tool.exe", "adm_bob"));
}

TEST(SigmaFilter, WithoutNotItNarrowsAndIsReported) {
  const RuleSet set = load_text(std::string(kRule) +
                                filter_text("rules: [tool]\nselection: {User|startswith: adm_}\ncondition: selection"));
  EXPECT_THAT(warnings(set), ElementsAre("filter-without-not"));
  EXPECT_FALSE(fires_for(set, "C:\\tool.exe", "bob"));
  EXPECT_TRUE(fires_for(set, "C:\\tool.exe", "adm_bob"));
}

TEST(SigmaFilter, EqualNamesOfIdentifiersDoNotClash) {
  const RuleSet set =
      load_text(std::string(kRule) + filter_text("rules: [tool]\nselection: {User: bob}\ncondition: not 1 of sel*"));
  EXPECT_FALSE(fires_for(set, "C:\\tool.exe", "bob"));
  EXPECT_TRUE(fires_for(set, "C:\\tool.exe", "eve"));
  EXPECT_FALSE(fires_for(set, "C:\\other.exe", "eve"));
}

TEST(SigmaFilter, RulesAreNamedByIdOrAllByAny) {
  for (const char* rules :
       {"00000000-0000-4000-8000-000000000001", "[00000000-0000-4000-8000-000000000001]", "any", "[]"}) {
    const RuleSet set =
        load_text(std::string(kRule) +
                  filter_text("rules: " + std::string(rules) + "\nselection: {User: bob}\ncondition: not selection"));
    EXPECT_THAT(codes(set), IsEmpty()) << rules;
    EXPECT_FALSE(fires_for(set, "C:\\tool.exe", "bob")) << rules;
  }
}

TEST(SigmaFilter, TheLogsourceMustContainTheRules) {
  const std::string body = "rules: [tool]\nselection: {User: bob}\ncondition: not selection";
  const RuleSet wider = load_text(std::string(kRule) + filter_text(body, "{product: windows}"));
  EXPECT_FALSE(fires_for(wider, "C:\\tool.exe", "bob"));
  const RuleSet other = load_text(std::string(kRule) + filter_text(body, "{product: linux}"));
  EXPECT_THAT(warnings(other), ElementsAre("filter-logsource"));
  EXPECT_TRUE(fires_for(other, "C:\\tool.exe", "bob"));
  const RuleSet narrower = load_text(std::string(kRule) + filter_text(body, "{product: windows, service: sysmon}"));
  EXPECT_THAT(warnings(narrower), ElementsAre("filter-logsource"));
}

TEST(SigmaFilter, SeveralFiltersAllApply) {
  const RuleSet set = load_text(std::string(kRule) + filter_text("rules: any\ns: {User: bob}\ncondition: not s") +
                                filter_text("rules: [tool]\ns: {User: eve}\ncondition: not s"));
  EXPECT_FALSE(fires_for(set, "C:\\tool.exe", "bob"));
  EXPECT_FALSE(fires_for(set, "C:\\tool.exe", "eve"));
  EXPECT_TRUE(fires_for(set, "C:\\tool.exe", "alice"));
}

TEST(SigmaFilter, NamesThatLeadNowhereAreReported) {
  const RuleSet set = load_text(std::string(kRule) + filter_text("rules: [nobody]\ns: {User: bob}\ncondition: not s"));
  EXPECT_THAT(warnings(set), ElementsAre("unknown-rule"));
}

TEST(SigmaFilter, ARuleThatIsNamedTwiceIsFilteredOnce) {
  const RuleSet set =
      load_text(std::string(kRule) + filter_text("rules: [tool, tool]\ns: {User: bob}\ncondition: not s"));
  ASSERT_EQ(set.rules.size(), 1U);
  EXPECT_EQ(set.rules[0].condition.children.size(), 2U);
}

TEST(SigmaFilter, WhatItAddsToAllRulesIsBounded) {
  std::string text(kRule);
  for (int i = 0; i < 40; ++i) text += "---\n" + std::string(kRule);
  std::string values = "rules: any\ns:\n  Hash:\n";
  for (int i = 0; i < 60'000; ++i) values += "    - h" + std::to_string(i) + "\n";
  const RuleSet set = load_text(text + filter_text(values + "condition: not s"));
  EXPECT_THAT(codes(set), ElementsAre("too-large"));
  EXPECT_EQ(set.rules.size(), 41U);
  EXPECT_TRUE(set.rules[0].condition.test.has_value());
}

TEST(SigmaFilter, NeverAppliesToACorrelation) {
  const std::string correlation =
      "---\ntitle: Many\nname: many\nid: 00000000-0000-4000-8000-0000000000c1\nlevel: high\n"
      "correlation: {type: event_count, rules: [tool], group-by: [User], timespan: 1h, condition: {gte: 3}}\n";
  const RuleSet set =
      load_text(std::string(kRule) + correlation + filter_text("rules: [many]\ns: {User: bob}\ncondition: not s"));
  EXPECT_THAT(warnings(set), Contains("filter-on-correlation"));
  EXPECT_EQ(set.correlations.size(), 1U);
}

TEST(SigmaFilter, WhatIsMissingIsAnError) {
  EXPECT_THAT(codes(load_text(filter_text("s: {User: bob}\ncondition: not s"))), ElementsAre("no-members"));
  EXPECT_THAT(codes(load_text(filter_text("rules: any\ns: {User: bob}"))), ElementsAre("no-condition"));
  EXPECT_THAT(codes(load_text(filter_text("rules: any\ns: {User: bob}\ncondition: [not s]"))),
              ElementsAre("bad-condition"));
  EXPECT_THAT(codes(load_text(filter_text("rules: any\ns: {User: bob}\ncondition: not s", "{}"))),
              ElementsAre("bad-logsource"));
}

TEST(SigmaFilter, AnEmptyPlaceholderKeepsItsRulesFromFiring) {
  const RuleSet set =
      load_text(std::string(kRule) + filter_text("rules: any\ns: {User|expand: '%Administrators%'}\ncondition: not s"));
  ASSERT_EQ(set.rules.size(), 1U);
  EXPECT_THAT(set.rules[0].empty_placeholders, ElementsAre("Administrators"));
}

}  // namespace
}  // namespace yorozu::sigma
