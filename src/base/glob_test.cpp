#include "base/glob.h"

#include <gtest/gtest.h>

namespace yorozu {
namespace {

Glob glob(std::string_view pattern) {  // `*` and `?` as wildcards, for reading in tests
  Glob out;
  for (const char c : pattern) {
    if (c == '*') {
      out.pieces.push_back({Glob::Piece::Kind::AnyRun, ""});
    } else if (c == '?') {
      out.pieces.push_back({Glob::Piece::Kind::AnyOne, ""});
    } else if (!out.pieces.empty() && out.pieces.back().kind == Glob::Piece::Kind::Literal) {
      out.pieces.back().text += c;
    } else {
      out.pieces.push_back({Glob::Piece::Kind::Literal, std::string(1, c)});
    }
  }
  return out;
}

TEST(Glob, MatchesWholeTextOnly) {
  EXPECT_TRUE(matches(glob("abc"), "abc"));
  EXPECT_FALSE(matches(glob("abc"), "abcd"));
  EXPECT_FALSE(matches(glob("abc"), "xabc"));
  EXPECT_TRUE(matches(glob(""), ""));
  EXPECT_FALSE(matches(glob(""), "a"));
}

TEST(Glob, StarTakesAnyRunAlsoNoneAndNewlines) {
  EXPECT_TRUE(matches(glob("*"), ""));
  EXPECT_TRUE(matches(glob("a*b"), "ab"));
  EXPECT_TRUE(matches(glob("a*b"), "a\n\nb"));
  EXPECT_TRUE(matches(glob("*\\cmd.exe"), "C:\\Windows\\cmd.exe"));
  EXPECT_FALSE(matches(glob("*\\cmd.exe"), "C:\\Windows\\cmd.exe "));
  EXPECT_TRUE(matches(glob("*aab*"), "aaaab"));
  EXPECT_TRUE(matches(glob("*a*b*c"), "xxaxxbxxcxc"));
  EXPECT_FALSE(matches(glob("*a*b*c"), "xxaxxbxxcx"));
}

TEST(Glob, QuestionMarkTakesOneCharacterNotOneByte) {
  EXPECT_TRUE(matches(glob("a?c"), "a語c"));
  EXPECT_FALSE(matches(glob("a?c"), "ac"));
  EXPECT_TRUE(matches(glob("*?c"), "語c"));
  EXPECT_FALSE(matches(glob("??"), "語"));
}

TEST(Glob, ManyStarsStayPolynomial) {
  EXPECT_FALSE(matches(glob("*a*a*a*a*a*a*a*a*a*a*b"), std::string(20000, 'a')));
}

}  // namespace
}  // namespace yorozu
