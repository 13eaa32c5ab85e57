#include "sigma/correlation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigma/testing.h"

namespace yorozu::sigma {
namespace {

using testing::codes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::load_text;
using testing::warnings;

std::string base_rule(std::string_view name, int number) {
  return "title: Base " + std::string(name) + "\nid: 00000000-0000-4000-8000-00000000000" + std::to_string(number) +
         "\nname: " + std::string(name) +
         "\nlevel: low\nlogsource: {product: windows}\ndetection: {s: {EventID: " + std::to_string(number) +
         "}, condition: s}\n";
}

std::string correlation_text(std::string_view body, std::string_view name = "corr") {
  return "---\ntitle: " + std::string(name) + "\nname: " + std::string(name) + "\nid: " + std::string(name) +
         "\nlevel: high\ncorrelation:\n" + testing::indented(body, 2) + "\n";
}

/// Rules a and b, and one correlation.
RuleSet load_with(std::string_view body) {
  return load_text(base_rule("a", 1) + "---\n" + base_rule("b", 2) + correlation_text(body));
}

constexpr std::string_view kCount = "type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 5m\n";

TEST(SigmaCorrelation, EventCountIsReadInFull) {
  const RuleSet set = load_with(std::string(kCount) + "condition: {gte: 10}");
  ASSERT_EQ(set.correlations.size(), 1U);
  const Correlation& correlation = set.correlations[0];
  EXPECT_EQ(correlation.type, Correlation::Type::EventCount);
  EXPECT_EQ(correlation.timespan_us, 300'000'000);
  EXPECT_THAT(correlation.group_by, ElementsAre("User"));
  ASSERT_EQ(correlation.conditions.size(), 1U);
  EXPECT_EQ(correlation.conditions[0].op, CorrelationCondition::Op::GreaterOrEqual);
  EXPECT_EQ(correlation.conditions[0].value, 10);
  ASSERT_EQ(correlation.members.size(), 1U);
  EXPECT_EQ(set.rules[correlation.members[0].index].meta.name, "a");
}

TEST(SigmaCorrelation, RulesAreNamedByIdInAnyCaseOrByName) {
  const RuleSet set =
      load_with("type: temporal\nrules: [00000000-0000-4000-8000-000000000001, b]\ngroup-by: User\ntimespan: 1h");
  ASSERT_EQ(set.correlations.size(), 1U);
  EXPECT_EQ(set.correlations[0].members[0].index, 0U);
  EXPECT_EQ(set.correlations[0].members[1].index, 1U);
}

TEST(SigmaCorrelation, RulesMayStandInOtherFilesAndBehindIt) {
  const std::vector<RuleText> files = {{"c.yml", correlation_text(std::string(kCount) + "condition: {gt: 1}")},
                                       {"a.yml", base_rule("a", 1)}};
  const RuleSet set = load(files);
  EXPECT_THAT(codes(set), IsEmpty());
  EXPECT_EQ(set.correlations.size(), 1U);
}

TEST(SigmaCorrelation, BaseRulesAlertByThemselvesOnlyWithGenerate) {
  const RuleSet silent = load_with(std::string(kCount) + "condition: {gte: 10}");
  EXPECT_FALSE(silent.rules[0].alerts);
  EXPECT_TRUE(silent.rules[1].alerts);
  const RuleSet generating = load_with(std::string(kCount) + "condition: {gte: 10}\ngenerate: true");
  EXPECT_TRUE(generating.rules[0].alerts);
}

TEST(SigmaCorrelation, ChainsAreSortedAndInnerOnesAreSilent) {
  const RuleSet set =
      load_text(base_rule("a", 1) +
                correlation_text(
                    "type: event_count\nrules: [inner]\ngroup-by: [User]\ntimespan: 1h\ncondition: {gte: 2}", "outer") +
                correlation_text(std::string(kCount) + "condition: {gte: 10}", "inner"));
  ASSERT_EQ(set.correlations.size(), 2U);
  EXPECT_EQ(set.correlations[0].meta.name, "inner");
  EXPECT_FALSE(set.correlations[0].alerts);
  EXPECT_TRUE(set.correlations[1].members[0].is_correlation);
  EXPECT_EQ(set.correlations[1].members[0].index, 0U);
}

TEST(SigmaCorrelation, CyclesAndUnknownRulesAreErrors) {
  const std::string tail = "\ngroup-by: [User]\ntimespan: 1h\ncondition: {gte: 2}";
  const RuleSet cycle = load_text(correlation_text("type: event_count\nrules: [y]" + tail, "x") +
                                  correlation_text("type: event_count\nrules: [x]" + tail, "y"));
  EXPECT_THAT(codes(cycle), ElementsAre("correlation-cycle", "unknown-rule"));
  EXPECT_EQ(cycle.failed, 2U);
  EXPECT_THAT(cycle.correlations, IsEmpty());
  EXPECT_THAT(codes(load_text(correlation_text("type: event_count\nrules: [self]" + tail, "self"))),
              ElementsAre("correlation-cycle"));
  EXPECT_THAT(codes(load_with("type: event_count\nrules: [nobody]" + tail)), ElementsAre("unknown-rule"));
}

TEST(SigmaCorrelation, ANameThatSeveralRulesHaveIsAmbiguous) {
  const RuleSet set = load_text(base_rule("a", 1) + "---\n" + base_rule("a", 2) +
                                correlation_text(std::string(kCount) + "condition: {gte: 1}"));
  EXPECT_THAT(codes(set), ElementsAre("ambiguous-rule"));
}

TEST(SigmaCorrelation, TwoBoundsMakeARange) {
  const RuleSet set = load_with(std::string(kCount) + "condition: {gte: 5, lt: 10}");
  ASSERT_EQ(set.correlations.size(), 1U);
  EXPECT_EQ(set.correlations[0].conditions.size(), 2U);
}

TEST(SigmaCorrelation, EveryTypeAndOperatorIsKnown) {
  for (const char* type : {"value_count", "value_sum", "value_avg", "value_percentile", "value_median"})
    for (const char* op : {"gt", "gte", "lt", "lte", "eq", "neq"}) {
      const RuleSet set =
          load_with("type: " + std::string(type) +
                    "\nrules: [a]\ngroup-by: [User]\ntimespan: 1d\ncondition: {field: Bytes, " + op + ": 3}");
      EXPECT_EQ(set.correlations.size(), 1U) << type << op;
    }
  for (const char* type : {"temporal", "temporal_ordered"})
    EXPECT_EQ(
        load_with("type: " + std::string(type) + "\nrules: [a, b]\ngroup-by: [User]\ntimespan: 1d").correlations.size(),
        1U);
}

TEST(SigmaCorrelation, ValueCountTakesATupleOfFields) {
  const RuleSet set = load_with(
      "type: value_count\nrules: [a]\ngroup-by: [User]\ntimespan: 1d\ncondition: {field: [Host, Port], gt: 3}");
  ASSERT_EQ(set.correlations.size(), 1U);
  EXPECT_THAT(set.correlations[0].fields, ElementsAre("Host", "Port"));
  EXPECT_THAT(
      codes(load_with(
          "type: value_sum\nrules: [a]\ngroup-by: [User]\ntimespan: 1d\ncondition: {field: [Host, Port], gt: 3}")),
      ElementsAre("no-field"));
  EXPECT_THAT(codes(load_with("type: value_sum\nrules: [a]\ngroup-by: [User]\ntimespan: 1d\ncondition: {gt: 3}")),
              ElementsAre("no-field"));
}

TEST(SigmaCorrelation, PercentileIsFiftyUnlessStated) {
  const std::string head = "type: value_percentile\nrules: [a]\ngroup-by: [User]\ntimespan: 1d\n";
  EXPECT_EQ(load_with(head + "condition: {field: B, gt: 3}").correlations.at(0).percentile, 50);
  EXPECT_EQ(load_with(head + "condition: {field: B, gt: 3, percentile: 95}").correlations.at(0).percentile, 95);
  EXPECT_THAT(codes(load_with(head + "condition: {field: B, gt: 3, percentile: 101}")), ElementsAre("bad-condition"));
}

TEST(SigmaCorrelation, AliasesNameAFieldForEachRule) {
  const std::string head = "type: temporal\nrules: [a, b]\ntimespan: 5m\ngroup-by: [ip]\n";
  const RuleSet set = load_with(head + "aliases:\n  ip:\n    a: IpAddress\n    b: SourceIp");
  ASSERT_EQ(set.correlations.size(), 1U);
  ASSERT_EQ(set.correlations[0].aliases.size(), 1U);
  EXPECT_THAT(set.correlations[0].aliases[0].field_of_member,
              ElementsAre(std::pair<std::uint32_t, std::string>(0, "IpAddress"),
                          std::pair<std::uint32_t, std::string>(1, "SourceIp")));
  EXPECT_THAT(codes(load_with(head + "aliases:\n  ip:\n    nobody: X")), ElementsAre("bad-alias"));
  EXPECT_THAT(warnings(load_with(head + "aliases:\n  other:\n    a: X")), ElementsAre("bad-id", "unused-alias"));
}

TEST(SigmaCorrelation, ATemporalConditionMayBeBoolean) {
  const RuleSet set =
      load_with("type: temporal\nrules: [a, b]\ngroup-by: [User]\ntimespan: 5m\ncondition: a and not b");
  ASSERT_EQ(set.correlations.size(), 1U);
  const auto& expression = *set.correlations[0].expression;
  using Kind = Correlation::Expression::Kind;
  EXPECT_EQ(expression.kind, Kind::And);
  EXPECT_EQ(expression.children[0].member, 0U);
  EXPECT_EQ(expression.children[1].kind, Kind::Not);
  EXPECT_EQ(expression.children[1].children[0].member, 1U);
  EXPECT_THAT(codes(load_with("type: temporal\nrules: [a]\ngroup-by: [User]\ntimespan: 5m\ncondition: a and x")),
              ElementsAre("unknown-identifier"));
  EXPECT_THAT(codes(load_with(std::string(kCount) + "condition: a")), ElementsAre("bad-condition"));
}

TEST(SigmaCorrelation, ATemporalConditionMayNameTheRulesAlone) {
  const RuleSet set = load_with("type: temporal\ngroup-by: [User]\ntimespan: 5m\ncondition: a and b");
  ASSERT_EQ(set.correlations.size(), 1U);
  EXPECT_EQ(set.correlations[0].members.size(), 2U);
}

TEST(SigmaCorrelation, Timespans) {
  EXPECT_EQ(parse_timespan("90s"), 90'000'000);
  EXPECT_EQ(parse_timespan("15m"), 900'000'000);
  EXPECT_EQ(parse_timespan("24h"), parse_timespan("1d"));
  EXPECT_EQ(parse_timespan("1w"), parse_timespan("7d"));
  EXPECT_EQ(parse_timespan("1M"), parse_timespan("30d"));
  EXPECT_EQ(parse_timespan("1y"), parse_timespan("365d"));
  for (const char* text : {"", "5", "m", "0m", "-5m", "5x", "5 m", "1.5h", "99999999999d", "5mm"})
    EXPECT_FALSE(parse_timespan(text)) << text;
}

TEST(SigmaCorrelation, WhatIsMissingOrUnknownIsAnError) {
  EXPECT_THAT(codes(load_with("type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 5m")),
              ElementsAre("no-condition"));
  EXPECT_THAT(codes(load_with("type: counting\nrules: [a]\ntimespan: 5m\ncondition: {gte: 1}")),
              ElementsAre("bad-correlation-type"));
  EXPECT_THAT(codes(load_with("type: event_count\nrules: []\ntimespan: 5m\ncondition: {gte: 1}")),
              ElementsAre("no-members"));
  EXPECT_THAT(codes(load_with("type: event_count\nrules: [a]\ncondition: {gte: 1}")), ElementsAre("bad-timespan"));
  EXPECT_THAT(codes(load_with(std::string(kCount) + "condition: {atleast: 1}")), ElementsAre("bad-condition"));
  EXPECT_THAT(codes(load_with(std::string(kCount) + "condition: {gte: x}")), ElementsAre("bad-condition"));
  EXPECT_THAT(codes(load_with(std::string(kCount) + "condition: {gte: 1}\nwindow: sliding")),
              ElementsAre("unknown-key"));
  EXPECT_THAT(codes(load_with(std::string(kCount) + "condition: {gte: 1}\ngenerate: maybe")),
              ElementsAre("bad-correlation"));
}

}  // namespace
}  // namespace yorozu::sigma
