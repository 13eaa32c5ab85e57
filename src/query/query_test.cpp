#include "query/query.h"

#include <gtest/gtest.h>

#include "query/random_query.h"

namespace yorozu::query {
namespace {

std::string tree(std::string_view text) {
  const auto parsed = parse_query(text);
  return parsed ? to_text(*parsed)
                : "error at " + std::to_string(parsed.error().position) + " " + parsed.error().detail;
}
ParseError error_of(std::string_view text) {
  auto parsed = parse_query(text);
  EXPECT_FALSE(parsed) << text << " was accepted as " << to_text(*parsed);
  return parsed ? ParseError{} : parsed.error();
}
using Reason = ParseError::Reason;

TEST(Query, StagesReadBack) {
  for (const char* text :
       {"failed | stats count by user.name, source.ip",
        "| stats count, dc(user) as users, p95(bytes), sum(bytes) by host",
        "a | stats median(x), p99.9(x), first(x), last(x), values(x), avg(x), min(x), max(x), count(x)",
        "(a AND b) | top 10 source.ip", "| rare 5 a, b", "| timechart 1h count by level", "| timechart 5m avg(bytes)",
        "a | fields x, y", "a | fields - x, y", "a | sort -bytes, name | limit 20",
        "| stats count by \"Threat Name\", \"by\", \"10\" | sort -count | limit 5"})
    EXPECT_EQ(tree(text), text);
}

TEST(Query, HabitsOfOtherProductsAreUnderstood) {
  EXPECT_EQ(tree("* | stats count() by host"), "| stats count by host");
  EXPECT_EQ(tree("| STATS Count(*) AS n BY host"), "| stats count as n by host");
  EXPECT_EQ(tree("| stats distinct_count(u) mean(b) perc95(b) earliest(t)"), "| stats dc(u), avg(b), p95(b), first(t)");
  EXPECT_EQ(tree("| stats by host"), "| stats count by host");
  EXPECT_EQ(tree("| top limit=3 a b"), "| top 3 a, b");
  EXPECT_EQ(tree("| timechart span=1day count by x"), "| timechart 1d count by x");
  EXPECT_EQ(tree("| timechart 15mins"), "| timechart 15m count");
  EXPECT_EQ(tree("a | table x y | head"), "a | fields x, y | limit 10");
  EXPECT_EQ(tree("a | fields + x"), "a | fields x");
  EXPECT_EQ(tree("a | sort - x, y desc, +z asc"), "a | sort -x, -y, z");
  EXPECT_EQ(tree("失敗　|　stats　count　by　user"), "失敗 | stats count by user");
}

TEST(Query, MistakesNameTheirPlaceAndWhatWasProbablyMeant) {
  const auto expect = [](std::string_view text, Reason reason, std::size_t position, std::string_view suggestion) {
    const ParseError error = error_of(text);
    EXPECT_EQ(static_cast<int>(error.reason), static_cast<int>(reason)) << text;
    EXPECT_EQ(error.position, position) << text;
    EXPECT_EQ(error.suggestion, suggestion) << text;
  };
  expect("a |", Reason::MissingStage, 2, "");
  expect("a | | limit 1", Reason::MissingStage, 2, "");
  expect("a | stast count", Reason::UnknownStage, 4, "stats");
  expect("a | count", Reason::UnknownStage, 4, "stats count");
  expect("a | dedup host", Reason::UnknownStage, 4, "stats count by");
  expect("a | where b", Reason::UnknownStage, 4, "");
  expect("a | stats cuont by host", Reason::UnknownFunction, 10, "count");
  expect("a | stats p101(x)", Reason::UnknownFunction, 10, "");
  expect("a | stats sum by host", Reason::MissingField, 10, "");
  expect("a | stats count(x by host", Reason::UnclosedBracket, 15, "");
  expect("a | stats count by", Reason::MissingNames, 18, "");
  expect("a | stats count by host,", Reason::MissingNames, 24, "");
  expect("a | top", Reason::MissingNames, 7, "");
  expect("a | top 0 x", Reason::BadNumber, 8, "");
  expect("a | limit many", Reason::BadNumber, 10, "");
  expect("a | limit 99999999999999999999", Reason::BadNumber, 10, "");
  expect("a | timechart 1x", Reason::BadSpan, 14, "");
  expect("a | timechart count by x", Reason::BadSpan, 14, "timechart 1h count");
  expect("a | timechart", Reason::BadSpan, 13, "");
  expect("a | top user by host", Reason::UnexpectedWord, 13, "");
  expect("a | stats count | stats count", Reason::SecondAggregation, 18, "");
  expect("a | fields x | stats count", Reason::StageBeforeAggregation, 4, "");
  expect("a | limit 5 | sort x", Reason::StageBeforeAggregation, 4, "");
  expect("a | stats count by host | sort -cout", Reason::UnknownColumn, 31, "count");
  expect("a | stats count by host | fields user", Reason::UnknownColumn, 33, "");
  expect("a | fields \"x", Reason::UnclosedQuote, 11, "");
  expect("a | fields", Reason::MissingNames, 10, "");
  expect("\"a | stats count", Reason::UnclosedQuote, 0, "");
}

TEST(Query, ColumnsAreFoundInAnyCaseButThoseOfATimechartAreTheEvents) {
  EXPECT_EQ(tree("| stats count by Host | sort HOST"), "| stats count by Host | sort Host");
  EXPECT_EQ(tree("| timechart 1h count by level | fields error"), "| timechart 1h count by level | fields error");
}

TEST(Query, NumberOfStagesAndNamesIsBounded) {
  std::string stages = "a", names = "a | fields n0";
  for (int i = 0; i < 20; ++i) {
    stages += " | fields x";
    names += ", n" + std::to_string(i);
  }
  EXPECT_EQ(error_of(stages).reason, Reason::TooMany);
  EXPECT_EQ(error_of(names).reason, Reason::TooMany);
}

TEST(Query, AnswersAreRowsUnlessAStageNeedsAllEvents) {
  EXPECT_EQ(answer_of(*parse_query("a")), Answer::Rows);
  EXPECT_EQ(answer_of(*parse_query("a | fields x | limit 5")), Answer::Rows);
  EXPECT_EQ(answer_of(*parse_query("a | sort x")), Answer::Table);
  EXPECT_EQ(answer_of(*parse_query("a | stats count")), Answer::Table);
  EXPECT_EQ(row_limit(*parse_query("a | limit 50 | limit 5")), 5U);
  EXPECT_EQ(row_limit(*parse_query("a | fields x")), std::nullopt);
}

TEST(Query, NearlyKnownFieldsAreHintsNotErrors) {
  const auto hints = field_hints(*parse_query("user.nmae:bob source.ip:* MyOwnField:x | stats count by proces.name"));
  ASSERT_EQ(hints.size(), 2U);
  EXPECT_EQ(hints[0].meant, "user.name");
  EXPECT_EQ(hints[1].field, "proces.name");
  EXPECT_EQ(hints[1].meant, "process.name");
}

TEST(Query, EveryMadeUpQueryReadsBackAsItself) {
  const std::vector<std::string> fields = {"user.name", "Threat Name", "bytes", "by"};
  const std::vector<std::string> words = {"failed", "C:\\Windows\\cmd.exe", "10.0.0.1", "失敗", "a b"};
  RandomQuery random(7, fields, words);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = random.next();
    const auto first = parse_query(text);
    ASSERT_TRUE(first) << text << ": " << first.error().detail << " at " << first.error().position;
    const auto second = parse_query(to_text(*first));
    ASSERT_TRUE(second) << text << " was written as " << to_text(*first);
    EXPECT_EQ(first->stages, second->stages) << text;
    EXPECT_EQ(to_text(*first), to_text(*second)) << text;
  }
}

}  // namespace
}  // namespace yorozu::query
