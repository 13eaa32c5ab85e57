/// What values mean: text, numbers, booleans, null, several values of a field.
#include <gtest/gtest.h>

#include "sigma/scalar.h"
#include "sigma/testing.h"

namespace yorozu::sigma {
namespace {

using testing::fires;
using testing::item_fires;
using testing::load_text;
using testing::rule_text;
using testing::TestEvent;
using testing::warnings;

TEST(SigmaValue, TextComparesWithoutCaseAndWhole) {
  EXPECT_TRUE(item_fires("User: 'ADMINISTRATOR'", "User", "Administrator"));
  EXPECT_FALSE(item_fires("User: 'admin'", "User", "Administrator"));
}

TEST(SigmaValue, YamlQuotingIsResolvedBeforeEscapes) {
  EXPECT_FALSE(item_fires(R"(P: "C:\\Windows\\*")", "P", R"(C:\Windows\x)"));  // C:\Windows\* for Sigma
  EXPECT_TRUE(item_fires(R"(P: "C:\\Windows\\\\*")", "P", R"(C:\Windows\x)"));
  EXPECT_FALSE(item_fires(R"(P: 'C:\Windows\*')", "P", R"(C:\Windows\x)"));  // a literal star
  EXPECT_TRUE(item_fires(R"(P: 'C:\Windows\*')", "P", R"(C:\Windows*)"));
  EXPECT_TRUE(item_fires(R"(P: 'C:\Windows\\*')", "P", R"(C:\Windows\x)"));
  EXPECT_TRUE(item_fires(R"(P|contains: ':\*')", "P", "x:*y"));
}

TEST(SigmaValue, ANumberEqualsTheNumericFieldOrItsDecimalText) {
  EXPECT_TRUE(item_fires("EventID: 4688", "EventID", "4688"));
  TestEvent event;
  event.add("EventID", "4688", event::ValueType::JsonNumber);
  EXPECT_TRUE(fires("s: {EventID: 4688}\ncondition: s", event));
  TestEvent fraction;
  fraction.add("EventID", "4688.0", event::ValueType::JsonNumber);
  EXPECT_TRUE(fires("s: {EventID: 4688}\ncondition: s", fraction));
  EXPECT_FALSE(item_fires("EventID: 4688", "EventID", "46880"));
  EXPECT_FALSE(item_fires("EventID: 4688", "EventID", "4688 "));
}

TEST(SigmaValue, QuotedNumbersCompareAsText) {
  EXPECT_TRUE(item_fires("EventID: '4688'", "EventID", "4688"));
  TestEvent event;
  event.add("EventID", "4688", event::ValueType::JsonNumber);
  EXPECT_TRUE(fires("s: {EventID: '4688'}\ncondition: s", event));
}

TEST(SigmaValue, HexTextIsComparedAsText) {
  EXPECT_TRUE(item_fires("LogonId: '0x3e7'", "LogonId", "0x3E7"));
  EXPECT_FALSE(item_fires("LogonId: 999", "LogonId", "0x3e7"));
  const std::uint8_t bytes[8] = {0xE7, 0x03, 0, 0, 0, 0, 0, 0};
  event::Value value;
  value.data = bytes;
  value.size = sizeof bytes;
  value.type = event::ValueType::Hex64;
  TestEvent event;
  event.add("LogonId", value);
  EXPECT_TRUE(fires("s: {LogonId: '0x3e7'}\ncondition: s", event));
  EXPECT_FALSE(fires("s: {LogonId: 999}\ncondition: s", event));
}

TEST(SigmaValue, BooleansCompareWithTextInAnyCase) {
  EXPECT_TRUE(item_fires("Signed: true", "Signed", "True"));
  EXPECT_TRUE(item_fires("Signed: false", "Signed", "false"));
  EXPECT_FALSE(item_fires("Signed: true", "Signed", "1"));
  TestEvent event;
  event.add("Signed", "true", event::ValueType::JsonBool);
  EXPECT_TRUE(fires("s: {Signed: true}\ncondition: s", event));
}

TEST(SigmaValue, NullIsAnAbsentFieldOrJsonNull) {
  EXPECT_TRUE(item_fires("User: null", "Other", "x"));
  EXPECT_TRUE(item_fires("User:", "Other", "x"));
  EXPECT_FALSE(item_fires("User: null", "User", "x"));
  EXPECT_FALSE(item_fires("User: null", "User", ""));
  TestEvent event;
  event.add_null("User");
  EXPECT_TRUE(fires("s: {User: null}\ncondition: s", event));
}

TEST(SigmaValue, TheEmptyTextIsPresentAndEmpty) {
  EXPECT_TRUE(item_fires("User: ''", "User", ""));
  EXPECT_FALSE(item_fires("User: ''", "User", "x"));
  EXPECT_FALSE(item_fires("User: ''", "Other", ""));
}

TEST(SigmaValue, ADashOfSysmonIsNotNull) {
  EXPECT_FALSE(item_fires("User: null", "User", "-"));
}

TEST(SigmaValue, NullInsideAListIsRefused) {
  const RuleSet set = load_text(rule_text("s:\n  User:\n    - null\n    - x\ncondition: s"));
  EXPECT_EQ(testing::codes(set), std::vector<std::string>{"null-in-list"});
  EXPECT_EQ(set.diagnostics[0].span.line, 9U);
}

TEST(SigmaValue, AnEmptyListActsAsNullWithAWarning) {
  EXPECT_TRUE(item_fires("User: []", "Other", "x"));
  EXPECT_FALSE(item_fires("User: []", "User", "x"));
  EXPECT_EQ(warnings(load_text(rule_text("s: {User: []}\ncondition: s"))), std::vector<std::string>{"empty-list"});
}

TEST(SigmaValue, OfSeveralValuesAnyMayMatch) {
  TestEvent event{{"Data", "one"}, {"Other", "x"}, {"Data", "two"}};
  EXPECT_TRUE(fires("s: {Data: two}\ncondition: s", event));
  EXPECT_TRUE(fires("s: {Data: one}\ncondition: s", event));
  EXPECT_TRUE(fires("s:\n  Data|all: [one, two]\ncondition: s", event));
  EXPECT_FALSE(fires("s: {Data: three}\ncondition: s", event));
}

TEST(SigmaValue, ElementsOfAnArrayAreSeveralValues) {
  const std::uint8_t ports[4] = {0x50, 0x00, 0xBB, 0x01};  // 80, 443
  event::Value value;
  value.data = ports;
  value.size = sizeof ports;
  value.type = event::ValueType::UInt16;
  value.is_array = true;
  TestEvent event;
  event.add("Port", value);
  EXPECT_TRUE(fires("s: {Port: 443}\ncondition: s", event));
  EXPECT_TRUE(fires("s: {Port: 80}\ncondition: s", event));
  EXPECT_FALSE(fires("s: {Port: 80443}\ncondition: s", event));
}

TEST(SigmaValue, FieldsWithBlanksAnswerToTheNameWithout) {
  EXPECT_TRUE(item_fires("ThreatName: x", "Threat Name", "x"));
  EXPECT_TRUE(item_fires("Threat Name: x", "Threat Name", "x"));
  EXPECT_FALSE(item_fires("Threat Name: x", "ThreatName", "x"));
}

TEST(SigmaValue, RenamesOfTheLogsourceAreFollowed) {
  event::Role role;
  role.renames = {{"Image", "NewProcessName"}};
  role.constants = {{"Initiated", "true"}};
  TestEvent event{{"NewProcessName", "C:\\cmd.exe"}, {"Image", "other"}};
  const RuleSet set = load_text(rule_text("s:\n  Image|endswith: cmd.exe\n  Initiated: true\ncondition: s"));
  ASSERT_EQ(set.rules.size(), 1U);
  const Oracle oracle(set.rules[0].condition);
  EXPECT_TRUE(oracle.matches(event.fields(&role)));
  EXPECT_FALSE(oracle.matches(event.fields()));
  const Evaluation evaluation = oracle.evaluate(event.fields(&role));
  ASSERT_EQ(evaluation.children.size(), 2U);
  EXPECT_EQ(evaluation.children[0].event_field, "NewProcessName");
  EXPECT_EQ(evaluation.children[0].values, std::vector<std::string>{"C:\\cmd.exe"});
}

TEST(SigmaScalar, WhatYamlVersionsReadDifferentlyStaysTextWithAWarning) {
  for (const char* text : {"yes", "NO", "on", "017", "1:30", "1_000", "00000404"}) {
    const RuleSet set = load_text(rule_text("s: {F: " + std::string(text) + "}\ncondition: s"));
    EXPECT_EQ(warnings(set), std::vector<std::string>{"yaml11-value"}) << text;
    ASSERT_EQ(set.rules.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<Pattern>(set.rules[0].condition.test->matcher)) << text;
  }
}

TEST(SigmaScalar, NumbersAreDecimalOrHexOrFractions) {
  EXPECT_EQ(parse_number("4688")->value, 4688);
  EXPECT_EQ(parse_number("-5")->text, "-5");
  EXPECT_EQ(parse_number("+5")->text, "5");
  EXPECT_EQ(parse_number("0x3e7")->text, "999");
  EXPECT_EQ(parse_number("1.5")->value, 1.5);
  EXPECT_EQ(parse_number("0")->value, 0);
  for (const char* text : {"", "-", "1e5", "0x", "1.", ".5", "1.2.3", "0x1g", "12a", "007", "inf", "nan"})
    EXPECT_FALSE(parse_number(text)) << text;
}

}  // namespace
}  // namespace yorozu::sigma
