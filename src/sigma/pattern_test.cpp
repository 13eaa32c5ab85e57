#include "sigma/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace yorozu::sigma {
namespace {

using ::testing::ElementsAre;
using Kind = Pattern::Part::Kind;

/// L(text), * and ? joined: readable in failures.
std::string shape(const Pattern& pattern) {
  std::string out;
  for (const Pattern::Part& part : pattern.parts)
    out += part.kind == Kind::Any ? "*" : part.kind == Kind::One ? "?" : "<" + part.text + ">";
  return out;
}

struct EscapeCase {
  std::string text, shape;
};

class SigmaString : public ::testing::TestWithParam<EscapeCase> {};

TEST_P(SigmaString, EscapesAreReadAsTheSpecificationSays) {
  EXPECT_EQ(shape(parse_pattern(GetParam().text)), GetParam().shape);
}

INSTANTIATE_TEST_SUITE_P(Table, SigmaString,
                         ::testing::Values(EscapeCase{"", ""}, EscapeCase{"plain", "<plain>"}, EscapeCase{"*", "*"},
                                           EscapeCase{"a*b", "<a>*<b>"}, EscapeCase{"a?b", "<a>?<b>"},
                                           EscapeCase{"a**b", "<a>*<b>"},
                                           EscapeCase{"a??b",
                                                      "<a>?"
                                                      "?<b>"},
                                           EscapeCase{R"(\*)", "<*>"}, EscapeCase{R"(\?)", "<?>"},
                                           EscapeCase{R"(\\)", R"(<\>)"}, EscapeCase{R"(\x)", R"(<\x>)"},
                                           EscapeCase{R"(a\)", R"(<a\>)"}, EscapeCase{R"(\\*)", R"(<\>*)"},
                                           EscapeCase{R"(\\\*)", R"(<\*>)"}, EscapeCase{R"(\\\\)", R"(<\\>)"},
                                           EscapeCase{R"(\\\)", R"(<\\>)"}, EscapeCase{R"(:\*)", "<:*>"},
                                           EscapeCase{R"(C:\Windows\System32\)", R"(<C:\Windows\System32\>)"},
                                           EscapeCase{R"(\\\\server\share)", R"(<\\server\share>)"}));

TEST_P(SigmaString, IsTheSameAfterWritingAndReadingItAgain) {
  const Pattern pattern = parse_pattern(GetParam().text);
  EXPECT_EQ(parse_pattern(to_text(pattern)).parts, pattern.parts) << to_text(pattern);
}

TEST(SigmaPattern, ComparesWithoutCaseInUnicode) {
  EXPECT_TRUE(matches(parse_pattern("ÄRGER"), "ärger"));
  EXPECT_TRUE(matches(parse_pattern("ΣΟΦΊΑ"), "σοφία"));
  EXPECT_TRUE(matches(parse_pattern("ｆｕｌｌ"), "ＦＵＬＬ"));
  EXPECT_FALSE(matches(parse_pattern("ärger"), "arger"));
}

TEST(SigmaPattern, CasedComparesAsWritten) {
  Pattern pattern = parse_pattern("Mimikatz*");
  pattern.cased = true;
  EXPECT_TRUE(matches(pattern, "Mimikatz 2.2"));
  EXPECT_FALSE(matches(pattern, "mimikatz 2.2"));
}

TEST(SigmaPattern, MustFitTheWholeValue) {
  EXPECT_FALSE(matches(parse_pattern("cmd.exe"), "C:\\cmd.exe"));
  EXPECT_FALSE(matches(parse_pattern("cmd"), "cmd.exe"));
  EXPECT_TRUE(matches(parse_pattern("*\\cmd.exe"), "C:\\CMD.EXE"));
}

TEST(SigmaPattern, AStarIsAnyRunAlsoEmptyAndWithNewlines) {
  EXPECT_TRUE(matches(parse_pattern("a*b"), "ab"));
  EXPECT_TRUE(matches(parse_pattern("a*b"), "a\r\n\n b"));
  EXPECT_TRUE(matches(parse_pattern("*"), ""));
  EXPECT_TRUE(matches(parse_pattern("a*b*c"), "abxxbc"));
  EXPECT_FALSE(matches(parse_pattern("a*b*c"), "acb"));
}

TEST(SigmaPattern, AQuestionMarkIsExactlyOneCharacter) {
  EXPECT_TRUE(matches(parse_pattern("a?c"), "abc"));
  EXPECT_TRUE(matches(parse_pattern("a?c"), "a日c"));
  EXPECT_TRUE(matches(parse_pattern("a?c"), "a\nc"));
  EXPECT_FALSE(matches(parse_pattern("a?c"), "ac"));
  EXPECT_FALSE(matches(parse_pattern("a?c"), "abbc"));
  EXPECT_TRUE(matches(parse_pattern("*a??"), "xxabc"));
}

TEST(SigmaPattern, ManyStarsStayCheap) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "*a";
  EXPECT_FALSE(matches(parse_pattern(text + "b"), std::string(5000, 'a')));
  EXPECT_TRUE(matches(parse_pattern(text), std::string(5000, 'a')));
}

TEST(SigmaPattern, WildcardsAreNeverDoubled) {
  Pattern pattern = parse_pattern("*a*");
  add_any_in_front(pattern);
  add_any_behind(pattern);
  EXPECT_EQ(shape(pattern), "*<a>*");
}

std::set<std::string> variants(std::string_view text) {
  std::set<std::string> out;
  const auto made = windash_variants(parse_pattern(text));
  if (!made) return {"too many"};
  for (const Pattern& pattern : *made) out.insert(to_text(pattern));
  return out;
}

TEST(SigmaWindash, ReplacesADashBetweenNonWordAndWordByAllFive) {
  EXPECT_THAT(variants("-exec"), ElementsAre("-exec", "/exec", "–exec", "—exec", "―exec"));
  EXPECT_EQ(variants("/exec"), variants("-exec"));
  EXPECT_EQ(variants(" -a").size(), 5U);
}

TEST(SigmaWindash, LeavesDashesInsideAndBehindWords) {
  EXPECT_THAT(variants("param-name"), ElementsAre("param-name"));
  EXPECT_THAT(variants("a- b"), ElementsAre("a- b"));
  EXPECT_THAT(variants("a -"), ElementsAre("a -"));
  EXPECT_EQ(variants("-param-name").size(), 5U);
  EXPECT_TRUE(variants("-param-name").contains("/param-name"));
}

TEST(SigmaWindash, MakesAllCombinationsUpToABound) {
  EXPECT_EQ(variants("-a -b").size(), 25U);
  EXPECT_TRUE(variants("-a -b").contains("/a —b"));
  EXPECT_EQ(variants("-a -b -c -d -e").size(), 3125U);
  EXPECT_THAT(variants("-a -b -c -d -e -f"), ElementsAre("too many"));
}

TEST(SigmaWindash, AWildcardCountsAsNoWord) {
  EXPECT_EQ(variants("*-a").size(), 5U);
  EXPECT_EQ(variants("a*-b").size(), 5U);
}

}  // namespace
}  // namespace yorozu::sigma
