/// Linking inside search identifiers, and conditions over them.
#include "sigma/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigma/testing.h"

namespace yorozu::sigma {
namespace {

using testing::codes;
using ::testing::ElementsAre;
using testing::fires;
using ::testing::IsEmpty;
using testing::load_text;
using testing::rule_text;
using testing::TestEvent;
using testing::warnings;

// Identifiers a, b, c, _d: each true when the field of its name is 1.
constexpr std::string_view kAbc = "a: {A: 1}\nb: {B: 1}\nc: {C: 1}\n_d: {D: 1}\n";

/// `true_ones`: names of the identifiers that hold, in upper case.
bool holds(std::string_view condition, std::string_view true_ones) {
  TestEvent event;
  for (const char c : true_ones) event.add(std::string_view(&c, 1), "1");
  return fires(std::string(kAbc) + "condition: " + std::string(condition), event);
}

std::vector<std::string> errors_of(std::string_view condition) {
  return codes(load_text(rule_text(std::string(kAbc) + "condition: " + std::string(condition))));
}

TEST(SigmaLinking, AMapIsAndAListOfValuesIsOr) {
  EXPECT_TRUE(fires("s: {A: [1, 2], B: 3}\ncondition: s", {{"A", "2"}, {"B", "3"}}));
  EXPECT_FALSE(fires("s: {A: [1, 2], B: 3}\ncondition: s", {{"A", "2"}}));
}

TEST(SigmaLinking, AListOfMapsIsOr) {
  EXPECT_TRUE(fires("s:\n  - A: 1\n  - B: 1\n    C: 1\ncondition: s", {{"A", "1"}}));
  EXPECT_FALSE(fires("s:\n  - A: 1\n  - B: 1\n    C: 1\ncondition: s", {{"B", "1"}}));
}

TEST(SigmaLinking, KeywordsSearchEveryValueAsSubstring) {
  EXPECT_TRUE(fires("k: [mimikatz, 'x*z']\ncondition: k", {{"Message", "run MIMIKATZ now"}}));
  EXPECT_TRUE(fires("k: [mimikatz, 'x*z']\ncondition: k", {{"A", "no"}, {"B", "-xyz-"}}));
  EXPECT_FALSE(fires("k: [mimikatz]\ncondition: k", {{"mimikatz", "name of a field"}}));
  EXPECT_TRUE(fires("k: 4625\ncondition: k", {{"A", "x46250"}}));
}

TEST(SigmaLinking, AllOfKeywordsIsAnd) {
  EXPECT_TRUE(fires("k:\n  '|all': [a, b]\ncondition: k", {{"F", "a"}, {"G", "b"}}));
  EXPECT_FALSE(fires("k:\n  '|all': [a, b]\ncondition: k", {{"F", "a"}}));
  EXPECT_TRUE(fires("k:\n  '|re': ['^a\\d']\ncondition: k", {{"F", "a1"}}));
}

TEST(SigmaLinking, MixedListsAreOrOfTheirParts) {
  const char* detection = "s:\n  - word\n  - A: 1\n  - [x1, B: 2]\ncondition: s";
  EXPECT_TRUE(fires(detection, {{"F", "a word here"}}));
  EXPECT_TRUE(fires(detection, {{"A", "1"}}));
  EXPECT_TRUE(fires(detection, {{"B", "2"}}));
  EXPECT_FALSE(fires(detection, {{"B", "3"}}));
}

TEST(SigmaLinking, WhatIsNoTestIsRefused) {
  EXPECT_THAT(codes(load_text(rule_text("s: {}\ncondition: s"))), ElementsAre("empty-identifier"));
  EXPECT_THAT(codes(load_text(rule_text("s: []\ncondition: s"))), ElementsAre("empty-identifier"));
  EXPECT_THAT(codes(load_text(rule_text("s:\ncondition: s"))), ElementsAre("empty-identifier"));
  EXPECT_THAT(codes(load_text(rule_text("s: {A: {B: 1}}\ncondition: s"))), ElementsAre("bad-value"));
  EXPECT_THAT(codes(load_text(rule_text("s: {A: [[1]]}\ncondition: s"))), ElementsAre("bad-value"));
  EXPECT_THAT(codes(load_text(rule_text("s: {A: 1, A: 2}\ncondition: s"))), ElementsAre("duplicate-key"));
}

TEST(SigmaCondition, OrBindsWeakerThanAndWeakerThanNot) {
  EXPECT_TRUE(holds("a or b and c", "A"));
  EXPECT_FALSE(holds("(a or b) and c", "A"));
  EXPECT_TRUE(holds("not a and b", "B"));
  EXPECT_FALSE(holds("not a and b", ""));
  EXPECT_TRUE(holds("not (a and b)", "A"));
  EXPECT_TRUE(holds("a and not b or c", "C"));
  EXPECT_TRUE(holds("not not a", "A"));
}

TEST(SigmaCondition, NotBindsWeakerThanOf) {
  EXPECT_FALSE(holds("not 1 of them", "A"));
  EXPECT_TRUE(holds("c and not 1 of a*", "C"));
}

TEST(SigmaCondition, QuantifiersOneAnyAll) {
  EXPECT_TRUE(holds("1 of them", "B"));
  EXPECT_TRUE(holds("any of them", "B"));
  EXPECT_FALSE(holds("all of them", "AB"));
  EXPECT_TRUE(holds("all of them", "ABC"));
}

TEST(SigmaCondition, ThemLeavesOutNamesWithAnUnderscore) {
  EXPECT_FALSE(holds("1 of them", "D"));
  EXPECT_TRUE(holds("1 of _*", "D"));
  EXPECT_FALSE(holds("1 of *", "D"));
}

TEST(SigmaCondition, PatternsMayHaveStarsAnywhereAndFitTheWholeName) {
  EXPECT_TRUE(fits_name("sel*", "selection"));
  EXPECT_TRUE(fits_name("*_img", "sel_img"));
  EXPECT_TRUE(fits_name("s*_*g", "sel_x_img"));
  EXPECT_TRUE(fits_name("*", ""));
  EXPECT_FALSE(fits_name("sel", "selection"));
  EXPECT_FALSE(fits_name("sel*", "xsel"));
  EXPECT_FALSE(fits_name("a*a", "a"));
  EXPECT_FALSE(fits_name("a*b*a", "aba_"));
}

TEST(SigmaCondition, APatternThatFitsNothingDropsOutWithAWarning) {
  EXPECT_TRUE(holds("a and not 1 of filter_*", "A"));
  EXPECT_TRUE(holds("a and 1 of nothing*", "A"));
  const RuleSet set = load_text(rule_text("a: {A: 1}\ncondition: a and not 1 of filter_*"));
  EXPECT_THAT(warnings(set), ElementsAre("unmatched-pattern"));
  EXPECT_THAT(codes(load_text(rule_text("a: {A: 1}\ncondition: 1 of filter_*"))), ElementsAre("empty-condition"));
}

TEST(SigmaCondition, AnUnknownIdentifierIsAnErrorWithItsPlace) {
  const RuleSet set = load_text(rule_text("a: {A: 1}\ncondition: a and selction"));
  ASSERT_THAT(codes(set), ElementsAre("unknown-identifier"));
  EXPECT_EQ(set.diagnostics[0].span.line, 8U);
  EXPECT_EQ(set.diagnostics[0].span.column, 20U);
}

TEST(SigmaCondition, OperatorsAreLowerCase) {
  const RuleSet set = load_text(rule_text("a: {A: 1}\nb: {B: 1}\ncondition: a AND b"));
  EXPECT_THAT(codes(set), ElementsAre("bad-condition"));
  EXPECT_THAT(errors_of("NOT"), ElementsAre("unknown-identifier"));
}

TEST(SigmaCondition, ListOfConditionsIsOr) {
  EXPECT_TRUE(holds("[a and b, c]", "C"));
  EXPECT_TRUE(holds("[a and b, c]", "AB"));
  EXPECT_FALSE(holds("[a and b, c]", "A"));
}

TEST(SigmaCondition, OldAggregationsAndNearAreRefusedWithAHint) {
  const RuleSet set = load_text(rule_text("a: {A: 1}\ncondition: a | count() by User > 5"));
  ASSERT_THAT(codes(set), ElementsAre("old-aggregation"));
  EXPECT_NE(set.diagnostics[0].hint.find("correlation"), std::string::npos);
  EXPECT_THAT(errors_of("a near b"), ElementsAre("old-aggregation"));
  EXPECT_THAT(errors_of("a | near b and c"), ElementsAre("old-aggregation"));
}

TEST(SigmaCondition, WhatIsNoConditionIsRefused) {
  for (const char* text : {"a and", "and a", "(a", "a)", "a b", "2 of them", "1 of", "all of (a)", "not", "()", "''"})
    EXPECT_EQ(errors_of(text).size(), 1U) << text;
  EXPECT_THAT(errors_of("{x: y}"), ElementsAre("bad-condition"));
  EXPECT_THAT(errors_of("[]"), ElementsAre("no-condition"));
  EXPECT_THAT(errors_of(""), ElementsAre("no-condition"));
}

TEST(SigmaCondition, DepthIsBounded) {
  EXPECT_THAT(errors_of(std::string(1000, '(') + "a" + std::string(1000, ')')), ElementsAre("too-large"));
  std::string nots;
  for (int i = 0; i < 1000; ++i) nots += "not ";
  EXPECT_THAT(errors_of(nots + "a"), ElementsAre("too-large"));
}

TEST(SigmaCondition, LengthIsBounded) {
  EXPECT_THAT(errors_of("a" + std::string(kMaxConditionBytes, ' ') + "or b"), ElementsAre("too-large"));
}

TEST(SigmaCondition, SizeIsBounded) {
  std::string detection = "a:\n  F:\n";
  for (int i = 0; i < 20'000; ++i) detection += "    - v" + std::to_string(i) + "\n";
  detection += "condition: a";
  for (int i = 0; i < 20; ++i) detection += " or a";
  EXPECT_THAT(codes(load_text(rule_text(detection))), ElementsAre("too-large"));
}

TEST(SigmaCondition, UnusedIdentifiersAreReported) {
  const RuleSet set = load_text(rule_text("a: {A: 1}\nb: {B: 1}\n_c: {C: 1}\ncondition: a"));
  EXPECT_THAT(warnings(set), ElementsAre("unused-identifier"));
  EXPECT_THAT(codes(set), IsEmpty());
}

TEST(SigmaCondition, IdentifiersKeepTheirNamesAsLabels) {
  const RuleSet set =
      load_text(rule_text("selection: {A: 1}\nfilter_x: {B: 1}\ncondition: selection and not 1 of filter_*"));
  ASSERT_EQ(set.rules.size(), 1U);
  const Node& root = set.rules[0].condition;
  ASSERT_EQ(root.children.size(), 2U);
  EXPECT_EQ(root.children[0].label, "selection");
  EXPECT_EQ(root.children[1].kind, Node::Kind::Not);
  EXPECT_EQ(root.children[1].children[0].label, "filter_x");
}

}  // namespace
}  // namespace yorozu::sigma
