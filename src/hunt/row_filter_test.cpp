#include "hunt/row_filter.h"

#include <gtest/gtest.h>

namespace yorozu::hunt {
namespace {

RuleEntry rule(std::string title, sigma::Level level = sigma::Level::High) {
  RuleEntry out;
  out.id = "0000-1";
  out.title = std::move(title);
  out.title_ja = "影";
  out.file = "rules/win/shadow.yml";
  out.level = level;
  out.tags = {"attack.impact", "attack.t1490"};
  return out;
}

RowFilter with(std::vector<std::string> include, std::vector<std::string> exclude = {}) {
  RowFilter out;
  for (const auto& text : include) out.include.push_back(*parse_selector(text));
  for (const auto& text : exclude) out.exclude.push_back(*parse_selector(text));
  return out;
}

TEST(RowFilter, RuleIsFoundByTitleIdAndFileName) {
  for (const char* pattern : {"rule:*SHADOW*", "rule:0000-1", "rule:shadow.yml", "rule:影", "tag:attack.t14*"})
    EXPECT_TRUE(with({pattern}).shows_rule(rule("Delete Shadow Copies"))) << pattern;
  for (const char* pattern : {"rule:shadow", "rule:0000-?1", "tag:attack.t1"})
    EXPECT_FALSE(with({pattern}).shows_rule(rule("Delete Shadow Copies"))) << pattern;
}

TEST(RowFilter, OneOfASubjectIsEnoughAndEverySubjectIsAsked) {
  EXPECT_TRUE(with({"rule:nothing", "rule:*shadow*", "tag:attack.impact"}).shows_rule(rule("Shadow")));
  EXPECT_FALSE(with({"rule:*shadow*", "tag:other"}).shows_rule(rule("Shadow")));
  EXPECT_FALSE(with({"rule:*shadow*"}, {"tag:attack.impact"}).shows_rule(rule("Shadow")));
}

TEST(RowFilter, LevelBelowTheLowestAndRulesForCorrelationsOnlyAreNotShown) {
  RowFilter filter;
  filter.min_level = sigma::Level::High;
  EXPECT_TRUE(filter.shows_rule(rule("a", sigma::Level::High)));
  EXPECT_FALSE(filter.shows_rule(rule("a", sigma::Level::Medium)));
  RuleEntry silent = rule("a", sigma::Level::Critical);
  silent.alerts = false;
  EXPECT_FALSE(filter.shows_rule(silent));
}

TEST(RowFilter, TimeIsFromIncludedToExcluded) {
  RowFilter filter;
  EXPECT_TRUE(filter.wants_time(Timestamp::none()));
  filter.from = {10};
  filter.to = {20};
  EXPECT_TRUE(filter.wants_time({10}));
  EXPECT_FALSE(filter.wants_time({20}));
  EXPECT_FALSE(filter.wants_time({9}));
  EXPECT_FALSE(filter.wants_time(Timestamp::none()));
}

TEST(RowFilter, HostAndChannel) {
  const RowFilter filter = with({"host:pc-*", "channel:Security"}, {"host:PC-02"});
  EXPECT_TRUE(filter.wants_host("PC-01"));
  EXPECT_FALSE(filter.wants_host("pc-02"));
  EXPECT_FALSE(filter.wants_host(""));
  EXPECT_TRUE(filter.wants_channel("security"));
  EXPECT_FALSE(filter.wants_channel("System"));
  EXPECT_TRUE(filter.looks_at(Subject::Host));
  EXPECT_FALSE(with({"rule:x"}).looks_at(Subject::Host));
}

TEST(RowFilter, WordsWithoutASubjectAreRefused) {
  for (const char* text : {"", "mimikatz", "user:bob", "rule:", ":x"}) EXPECT_FALSE(parse_selector(text)) << text;
}

}  // namespace
}  // namespace yorozu::hunt
