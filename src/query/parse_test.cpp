#include "query/parse.h"

#include <gtest/gtest.h>

namespace yorozu::query {
namespace {

std::string tree(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? to_text(*parsed) : "error at " + std::to_string(parsed.error().position);
}
ParseError error_of(std::string_view text) {
  auto parsed = parse(text);
  EXPECT_FALSE(parsed) << text << " was accepted as " << to_text(*parsed);
  return parsed ? ParseError{} : parsed.error();
}

TEST(QueryParse, BlankIsAndAndBindsTighterThanOr) {
  EXPECT_EQ(tree("a b OR c AND NOT d"), "((a AND b) OR (c AND NOT d))");
  EXPECT_EQ(tree("a (b OR c)"), "(a AND (b OR c))");
  EXPECT_EQ(tree("a -b"), "(a AND NOT b)");
  EXPECT_EQ(tree(""), "");
  EXPECT_EQ(tree("  \t "), "");
}

TEST(QueryParse, OperatorsAreCapitalsAndStandAlone) {
  EXPECT_EQ(tree("a or b"), "(a AND or AND b)");
  EXPECT_EQ(tree("ORacle NOThing"), "(oracle AND nothing)");
}

TEST(QueryParse, FullWidthBlankSeparatesWords) {
  EXPECT_EQ(tree("失敗　ログオン"), "(失敗 AND ログオン)");
}

TEST(QueryParse, HalfWidthKanaAndCapitalsBecomeNormalForm) {
  EXPECT_EQ(tree("ﾛｸﾞｵﾝ CMD.EXE"), "(ログオン AND cmd.exe)");
}

TEST(QueryParse, FieldTakesValueWildcardNetworkRangeRegexAndGroup) {
  EXPECT_EQ(tree("Image:*\\cmd.exe"), "Image:*\\cmd.exe");
  EXPECT_EQ(tree("src:10.1.2.3/8"), "src:10.0.0.0/8");
  EXPECT_EQ(tree("n:>10"), "n:{10 TO *]");
  EXPECT_EQ(tree("n:<=10"), "n:[* TO 10]");
  EXPECT_EQ(tree("n:[1 TO 5}"), "n:[1 TO 5}");
  EXPECT_EQ(tree("c:/a\\/b.*/"), "c:/a\\/b.*/");
  EXPECT_EQ(tree("u:(alice OR \"bob b\")"), "(u:alice OR u:\"bob b\")");
  EXPECT_EQ(tree("u:*"), "u:*");
}

TEST(QueryParse, PathsTimesAndUrlsAreWordsNotFields) {
  EXPECT_EQ(tree("C:\\Windows\\Temp"), "c:\\windows\\temp");
  EXPECT_EQ(tree("12:30:45"), "12:30:45");
  EXPECT_EQ(tree("http://evil.example/a"), "http://evil.example/a");
}

TEST(QueryParse, EscapedWildcardsAreCharacters) {
  EXPECT_EQ(tree("f:a\\*b"), "f:a\\*b");
}

TEST(QueryParse, QuotedPathMayEndWithABackslash) {
  EXPECT_EQ(tree("\"C:\\Temp\\\""), "\"c:\\temp\\\"");
}

TEST(QueryParse, MistakesNameTheirPlace) {
  EXPECT_EQ(error_of("a \"b").reason, ParseError::Reason::UnclosedQuote);
  EXPECT_EQ(error_of("a \"b").position, 2U);
  EXPECT_EQ(error_of("(a OR b").reason, ParseError::Reason::UnclosedBracket);
  EXPECT_EQ(error_of("a OR").reason, ParseError::Reason::MissingOperand);
  EXPECT_EQ(error_of("OR a").reason, ParseError::Reason::MissingOperand);
  EXPECT_EQ(error_of("a)").reason, ParseError::Reason::UnexpectedBracket);
  EXPECT_EQ(error_of("f:").reason, ParseError::Reason::MissingValue);
  EXPECT_EQ(error_of("f:/(/").reason, ParseError::Reason::BadRegex);
  EXPECT_EQ(error_of("ip:10.0.0.0/99").reason, ParseError::Reason::BadNetwork);
  EXPECT_EQ(error_of("n:[1 5]").reason, ParseError::Reason::BadRange);
  EXPECT_EQ(error_of("f:>}1u").reason, ParseError::Reason::BadRange);
  EXPECT_EQ(error_of("f:>*").reason, ParseError::Reason::BadRange);
  EXPECT_EQ(error_of("a | stats count").reason, ParseError::Reason::PipeNotHere);
}

TEST(QueryParse, DepthAndLengthAreBounded) {
  EXPECT_EQ(error_of(std::string(1000, '(') + "a").reason, ParseError::Reason::TooDeep);
  EXPECT_EQ(error_of(std::string(kMaxQueryBytes + 1, 'a')).reason, ParseError::Reason::TooLong);
  std::string nots;
  for (int i = 0; i < 1000; ++i) nots += "NOT ";
  EXPECT_EQ(error_of(nots + "a").reason, ParseError::Reason::TooDeep);
}

}  // namespace
}  // namespace yorozu::query
