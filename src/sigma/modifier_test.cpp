/// Each modifier, by what it makes a rule match.
#include "sigma/modifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigma/encoding.h"
#include "sigma/testing.h"

namespace yorozu::sigma {
namespace {

using testing::codes;
using ::testing::ElementsAre;
using testing::fires;
using ::testing::IsEmpty;
using testing::item_fires;
using testing::load_text;
using testing::rule_text;
using testing::TestEvent;
using testing::warnings;

std::vector<std::string> errors_of(std::string_view item) {
  return codes(load_text(rule_text("s:\n" + testing::indented(item, 2) + "\ncondition: s")));
}

TEST(SigmaModifier, UnknownNameIsRejectedWithItsLine) {
  const RuleSet set = load_text(rule_text("s:\n  Image|endsWith: x\ncondition: s"));
  ASSERT_THAT(codes(set), ElementsAre("unknown-modifier"));
  EXPECT_EQ(set.diagnostics[0].span.line, 8U);
  EXPECT_EQ(set.diagnostics[0].file, "test.yml");
  EXPECT_EQ(set.failed, 1U);
  EXPECT_THAT(set.rules, IsEmpty());
}

TEST(SigmaModifier, ContainsStartswithEndswith) {
  EXPECT_TRUE(item_fires("F|contains: b", "F", "aBc"));
  EXPECT_TRUE(item_fires("F|startswith: a", "F", "aBc"));
  EXPECT_FALSE(item_fires("F|startswith: b", "F", "aBc"));
  EXPECT_TRUE(item_fires("F|endswith: C", "F", "aBc"));
  EXPECT_TRUE(item_fires("F|contains: 46", "F", "4688"));
  EXPECT_TRUE(item_fires("F|contains: 'a*c'", "F", "xaBcx"));
}

TEST(SigmaModifier, AllTurnsTheListIntoAnd) {
  EXPECT_TRUE(item_fires("F|contains|all: [a, b]", "F", "ab"));
  EXPECT_FALSE(item_fires("F|contains|all: [a, b]", "F", "a"));
  EXPECT_TRUE(item_fires("F|all|contains: [a, b]", "F", "xbax"));
}

TEST(SigmaModifier, AllOnASingleValueIsAcceptedWithAWarning) {
  const RuleSet set = load_text(rule_text("s:\n  F|contains|all: a\ncondition: s"));
  EXPECT_EQ(set.rules.size(), 1U);
  EXPECT_THAT(warnings(set), ElementsAre("all-single-value"));
}

TEST(SigmaModifier, WhatAModifierMultipliesStaysOrLinkedUnderAll) {
  EXPECT_TRUE(item_fires("F|contains|all|windash: [' -a', ' -b']", "F", "x /a —b"));
  EXPECT_FALSE(item_fires("F|contains|all|windash: [' -a', ' -b']", "F", "x /a"));
  const std::string encoded = base64("xx whoami yy");
  EXPECT_TRUE(item_fires("F|base64offset|contains|all: [whoami, ' yy']", "F", encoded));
  EXPECT_FALSE(item_fires("F|base64offset|contains|all: [whoami, ' zz']", "F", encoded));
}

TEST(SigmaModifier, CasedComparesAsWrittenWhereverItStands) {
  EXPECT_FALSE(item_fires("F|cased: Abc", "F", "abc"));
  EXPECT_TRUE(item_fires("F|cased: Abc", "F", "Abc"));
  EXPECT_FALSE(item_fires("F|contains|cased: B", "F", "abc"));
  EXPECT_FALSE(item_fires("F|cased|contains: B", "F", "abc"));
  EXPECT_TRUE(item_fires("F|cased|contains: B", "F", "aBc"));
}

TEST(SigmaModifier, RegexIsAnUnanchoredCaseSensitiveSearch) {
  EXPECT_TRUE(item_fires("F|re: 'b+c'", "F", "abbcd"));
  EXPECT_FALSE(item_fires("F|re: 'B+c'", "F", "abbcd"));
  EXPECT_FALSE(item_fires("F|re: '^b'", "F", "abbcd"));
  EXPECT_TRUE(item_fires(R"(F|re: '\\[a-z]\.exe$')", "F", R"(C:\a.exe)"));  // nothing is unescaped
}

TEST(SigmaModifier, RegexFlagsInBothSpellings) {
  EXPECT_TRUE(item_fires("F|re|i: ABB", "F", "abb"));
  EXPECT_TRUE(item_fires("F|re|ignorecase: ABB", "F", "abb"));
  EXPECT_FALSE(item_fires("F|re: '^b$'", "F", "a\nb"));
  EXPECT_TRUE(item_fires("F|re|m: '^b$'", "F", "a\nb"));
  EXPECT_TRUE(item_fires("F|re|multiline: '^b$'", "F", "a\nb"));
  EXPECT_FALSE(item_fires("F|re: 'a.b'", "F", "a\nb"));
  EXPECT_TRUE(item_fires("F|re|s: 'a.b'", "F", "a\nb"));
  EXPECT_TRUE(item_fires("F|re|dotall: 'a.b'", "F", "a\nb"));
  EXPECT_TRUE(item_fires("F|re|i|m|s: '^A.B$'", "F", "x\na\nb"));
}

TEST(SigmaModifier, RegexMustComeFirst) {
  EXPECT_THAT(errors_of("F|contains|re: x"), ElementsAre("modifier-order"));
  EXPECT_THAT(errors_of("F|cased|re: x"), ElementsAre("modifier-order"));
  EXPECT_THAT(errors_of("F|i: x"), ElementsAre("modifier-order", "modifier-type"));
  EXPECT_THAT(errors_of("F|all|re: [x, y]"), IsEmpty());  // of the list, not of the value
}

TEST(SigmaModifier, AffixesAnchorARegex) {
  EXPECT_TRUE(item_fires("F|re|startswith: 'a|b'", "F", "bx"));
  EXPECT_FALSE(item_fires("F|re|startswith: 'a|b'", "F", "xb"));
  EXPECT_TRUE(item_fires("F|re|endswith: 'a|b'", "F", "xa"));
  EXPECT_FALSE(item_fires("F|re|endswith: 'a|b'", "F", "ax"));
  EXPECT_TRUE(item_fires("F|re|contains: 'a|b'", "F", "xbx"));
}

TEST(SigmaModifier, RegexThatIsWrongOrLeftOutIsAnErrorOfTheRule) {
  EXPECT_THAT(errors_of("F|re: '('"), ElementsAre("bad-regex"));
  EXPECT_THAT(errors_of("F|re: '(?=a)b'"), ElementsAre("unsupported-regex"));
  EXPECT_THAT(errors_of(R"(F|re: '(a)\1')"), ElementsAre("unsupported-regex"));
}

TEST(SigmaModifier, CidrHoldsAddressesOfItsNetworks) {
  EXPECT_TRUE(item_fires("F|cidr: [10.0.0.0/8, 'fe80::/10']", "F", "fe80::1"));
  EXPECT_FALSE(item_fires("F|cidr: [10.0.0.0/8]", "F", "host"));
  EXPECT_THAT(errors_of("F|cidr: 10.0.0.1/8"), ElementsAre("bad-cidr"));
  EXPECT_THAT(errors_of("F|cidr: '10.*'"), ElementsAre("bad-cidr"));
  EXPECT_THAT(errors_of("F|contains|cidr: 10.0.0.0/8"), ElementsAre("modifier-order"));
}

TEST(SigmaModifier, ExistsTestsPresenceNotContent) {
  EXPECT_TRUE(item_fires("F|exists: true", "F", ""));
  EXPECT_FALSE(item_fires("F|exists: true", "G", "x"));
  EXPECT_TRUE(item_fires("F|exists: false", "G", "x"));
  EXPECT_FALSE(item_fires("F|exists: false", "F", "x"));
  EXPECT_THAT(errors_of("F|exists: 1"), ElementsAre("modifier-type"));
  EXPECT_THAT(errors_of("F|contains|exists: true"), ::testing::Contains("modifier-order"));
  EXPECT_THAT(errors_of("'|exists': true"), ElementsAre("needs-field"));
}

TEST(SigmaModifier, NeqNegatesTheWholeItem) {
  EXPECT_TRUE(item_fires("F|neq: a", "F", "b"));
  EXPECT_FALSE(item_fires("F|neq: [a, b]", "F", "b"));
  EXPECT_TRUE(item_fires("F|neq: a", "G", "a"));  // an absent field is not a
  EXPECT_TRUE(item_fires("F|contains|neq: a", "F", "xyz"));
  EXPECT_FALSE(item_fires("F|contains|neq: a", "F", "xaz"));
  EXPECT_TRUE(item_fires("F|contains|all|neq: [a, b]", "F", "xaz"));
  EXPECT_TRUE(item_fires("F|re|neq: '^a'", "F", "ba"));
  EXPECT_FALSE(item_fires("F|fieldref|neq: F", "F", "x"));
}

TEST(SigmaModifier, ComparisonsAreNumeric) {
  EXPECT_TRUE(item_fires("F|lt: 10", "F", "9"));
  EXPECT_FALSE(item_fires("F|lt: 10", "F", "10"));
  EXPECT_TRUE(item_fires("F|lte: 10", "F", "10"));
  EXPECT_TRUE(item_fires("F|gt: 1.5", "F", "2"));
  EXPECT_TRUE(item_fires("F|gte: 100", "F", "1000"));
  EXPECT_FALSE(item_fires("F|gte: 100", "F", "99"));
  EXPECT_FALSE(item_fires("F|gte: 0", "F", "abc"));
  EXPECT_FALSE(item_fires("F|lt: 5", "G", "1"));
  EXPECT_THAT(errors_of("F|lt: abc"), ElementsAre("modifier-type"));
}

TEST(SigmaModifier, PartsOfADate) {
  const char* time = "2026-11-24T23:45:10Z";
  EXPECT_TRUE(item_fires("T|minute: 45", "T", time));
  EXPECT_TRUE(item_fires("T|hour: 23", "T", time));
  EXPECT_TRUE(item_fires("T|day: 24", "T", time));
  EXPECT_TRUE(item_fires("T|week: 48", "T", time));
  EXPECT_TRUE(item_fires("T|month: 11", "T", time));
  EXPECT_TRUE(item_fires("T|year: 2026", "T", time));
  EXPECT_FALSE(item_fires("T|hour: 22", "T", time));
  EXPECT_TRUE(item_fires("T|hour|gte: 22", "T", time));
  EXPECT_FALSE(item_fires("T|hour|lt: 22", "T", time));
  EXPECT_FALSE(item_fires("T|hour: 0", "T", "no date"));
  EXPECT_THAT(errors_of("T|hour: noon"), ElementsAre("modifier-type"));
}

TEST(SigmaModifier, WeeksFollowIso8601) {
  EXPECT_TRUE(item_fires("T|week: 53", "T", "2021-01-01T00:00:00Z"));
  EXPECT_TRUE(item_fires("T|week: 1", "T", "2024-12-30T00:00:00Z"));
  EXPECT_TRUE(item_fires("T|week: 52", "T", "2023-01-01T12:00:00Z"));
}

TEST(SigmaModifier, WindashWithAffixes) {
  EXPECT_TRUE(item_fires("C|contains|windash: ' -enc'", "C", "powershell /enc AAA"));
  EXPECT_TRUE(item_fires("C|endswith|windash: ' -s'", "C", "x –S"));
  EXPECT_FALSE(item_fires("C|contains|windash: ' -enc'", "C", "powershell +enc"));
  EXPECT_THAT(errors_of("C|windash: '-a -b -c -d -e -f'"), ElementsAre("too-large"));
}

TEST(SigmaModifier, Base64OfTheWholeValue) {
  EXPECT_TRUE(item_fires("C|base64|contains: foobar", "C", "x Zm9vYmFy y"));
  EXPECT_THAT(errors_of("C|base64: 'a*'"), ElementsAre("base64-wildcard"));
  EXPECT_THAT(errors_of("C|base64offset|contains: 'a?c'"), ElementsAre("base64-wildcard"));
  EXPECT_THAT(errors_of("C|base64offset|contains: ''"), ElementsAre("too-short"));
}

TEST(SigmaModifier, Base64OffsetFindsTheValueAtEachShift) {
  for (const char* before : {"", "x", "xy", "xyz"})
    EXPECT_TRUE(item_fires("C|base64offset|contains: 'http://'", "C", base64(std::string(before) + "http://e.x")));
  EXPECT_FALSE(item_fires("C|base64offset|contains: 'http://'", "C", base64("https://e.x")));
}

TEST(SigmaModifier, WideGoesBeforeBase64) {
  using namespace std::string_literals;
  const std::string utf16 = "I\0E\0X\0 \0(\0"s;
  for (const char* name : {"wide", "utf16le"})
    EXPECT_TRUE(item_fires("C|"s + name + "|base64offset|contains: 'IEX'", "C", base64("zz" + utf16)));
  EXPECT_TRUE(item_fires("C|utf16be|base64offset|contains: 'IEX'", "C", base64("\0I\0E\0X"s)));
  EXPECT_TRUE(item_fires("C|utf16|base64offset|contains: 'IEX'", "C", base64("\xFF\xFE"s + utf16)));
  EXPECT_FALSE(item_fires("C|utf16|base64offset|contains: 'IEX'", "C", base64(utf16)));
  EXPECT_TRUE(item_fires("C|wide|base64offset|contains: '語'", "C", base64("\x9E\x8A"s + "ab")));
  EXPECT_THAT(warnings(load_text(rule_text("s:\n  C|wide: IEX\ncondition: s"))), ElementsAre("wide-alone"));
}

TEST(SigmaModifier, FieldrefComparesTwoFieldsOfOneEvent) {
  const auto with = [](std::string_view item, std::string_view a, std::string_view b) {
    return fires("s:\n" + testing::indented(item, 2) + "\ncondition: s", {{"A", a}, {"B", b}});
  };
  EXPECT_TRUE(with("A|fieldref: B", "user", "USER"));
  EXPECT_FALSE(with("A|fieldref: B", "user", "users"));
  EXPECT_TRUE(with("A|fieldref|contains: B", "xUserx", "user"));
  EXPECT_TRUE(with("A|fieldref|startswith: B", "userx", "user"));
  EXPECT_TRUE(with("A|fieldref|endswith: B", "xuser", "user"));
  EXPECT_FALSE(with("A|fieldref|endswith: B", "userx", "user"));
  EXPECT_FALSE(with("A|fieldref|cased: B", "user", "USER"));
  EXPECT_TRUE(with("A|fieldref|neq: B", "user", "other"));
  EXPECT_FALSE(with("A|fieldref: C", "user", "user"));
  EXPECT_THAT(errors_of("A|fieldref: 'B*'"), ElementsAre("bad-fieldref"));
  EXPECT_THAT(errors_of("A|contains|fieldref: B"), ElementsAre("bad-fieldref"));
}

LoadOptions lists() {
  LoadOptions options;
  options.placeholders = {{"Administrators", {"root", "adm_*"}}, {"Servers", {}}, {"Own", {"a.b"}}};
  return options;
}

bool expanded_fires(std::string_view item, std::string_view text) {
  TestEvent event{{"F", text}};
  return fires("s:\n" + testing::indented(item, 2) + "\ncondition: s", event, lists());
}

TEST(SigmaExpand, APlaceholderStandsForEachEntryOfItsList) {
  EXPECT_TRUE(expanded_fires("F|expand: '%Administrators%'", "ROOT"));
  EXPECT_TRUE(expanded_fires("F|expand: '%Administrators%'", "adm_bob"));
  EXPECT_FALSE(expanded_fires("F|expand: '%Administrators%'", "bob"));
  EXPECT_TRUE(expanded_fires("F|expand: 'x-%Administrators%-%Own%'", "x-root-a.b"));
  EXPECT_TRUE(expanded_fires("F|contains|expand: '%Own%'", "xa.bx"));
  EXPECT_TRUE(expanded_fires("F|re|expand: '^%Own%$'", "a.b"));
  EXPECT_FALSE(expanded_fires("F|re|expand: '^%Own%$'", "axb"));
}

TEST(SigmaExpand, ABackslashMakesThePercentSignLiteral) {
  EXPECT_TRUE(expanded_fires(R"(F|expand: '\%Own\%')", "%Own%"));
  EXPECT_TRUE(expanded_fires("F|expand: '100%'", "100%"));
}

TEST(SigmaExpand, WithoutTheModifierPercentSignsArePlainText) {
  EXPECT_TRUE(expanded_fires("F: '%Own%'", "%own%"));
  EXPECT_FALSE(expanded_fires("F: '%Own%'", "a.b"));
}

TEST(SigmaExpand, AnUnknownListIsAnError) {
  EXPECT_THAT(errors_of("F|expand: '%Nobody%'"), ElementsAre("unknown-placeholder"));
}

TEST(SigmaExpand, AKnownButEmptyListMeansTheRuleCannotFire) {
  for (const char* name : {"Administrators", "JumpServers", "Workstations", "Servers", "DomainControllers"}) {
    const RuleSet set = load_text(rule_text("s:\n  F|expand: '%" + std::string(name) + "%'\ncondition: not s"));
    ASSERT_EQ(set.rules.size(), 1U) << name;
    EXPECT_THAT(set.rules[0].empty_placeholders, ElementsAre(name));
    TestEvent event{{"F", "x"}};
    event.event().channel = event.schema().names.intern("Security");
    EXPECT_FALSE(matches(set.rules[0], event.event(), event.batch(), event.schema(), event::LogsourceMap::builtin()));
  }
}

TEST(SigmaModifier, GrowthIsBounded) {
  LoadOptions options;
  options.placeholders["L"].assign(200, "x");
  EXPECT_THAT(codes(load_text(rule_text("s:\n  F|expand: '%L%%L%%L%'\ncondition: s"), options)),
              ElementsAre("too-large"));
  const std::string long_value = "'-a -b -c -d -e " + std::string(100'000, 'x') + "'";
  EXPECT_THAT(errors_of("F|windash: " + long_value), ElementsAre("too-large"));
}

TEST(SigmaModifier, EveryNameOfTheSpecificationIsKnown) {
  for (const char* name :
       {"all",   "startswith", "endswith", "contains",     "exists",     "cased",     "neq",     "re",    "i",
        "m",     "s",          "base64",   "base64offset", "utf16le",    "wide",      "utf16be", "utf16", "windash",
        "cidr",  "lt",         "lte",      "gt",           "gte",        "minute",    "hour",    "day",   "week",
        "month", "year",       "expand",   "fieldref",     "ignorecase", "multiline", "dotall"})
    EXPECT_TRUE(parse_modifier(name)) << name;
  EXPECT_FALSE(parse_modifier(""));
  EXPECT_FALSE(parse_modifier("Contains"));
}

}  // namespace
}  // namespace yorozu::sigma
