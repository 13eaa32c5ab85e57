#include "app/answers/when.h"

#include <gtest/gtest.h>

namespace yorozu::answers {
namespace {

std::string when(std::string_view text) {
  const auto time = parse_when(text, *parse_time("2026-11-25T01:30:00Z"), *TimeZone::named("Asia/Tokyo"));
  return time ? format_rfc3339(*time).substr(0, 19) : "none";
}

TEST(When, WordsAreDaysOfTheZone) {
  EXPECT_EQ(when("today"), "2026-11-24T15:00:00");
  EXPECT_EQ(when("yesterday"), "2026-11-23T15:00:00");
  EXPECT_EQ(when("昨日"), "2026-11-23T15:00:00");
  EXPECT_EQ(when("今日"), "2026-11-24T15:00:00");
}

TEST(When, SpansCountBackFromNow) {
  EXPECT_EQ(when("now"), "2026-11-25T01:30:00");
  EXPECT_EQ(when("now-24h"), "2026-11-24T01:30:00");
  EXPECT_EQ(when("-15m"), "2026-11-25T01:15:00");
  EXPECT_EQ(when("NOW-2w"), "2026-11-11T01:30:00");
}

TEST(When, TimesWithoutZoneAreOfTheZone) {
  EXPECT_EQ(when("2026-11-24"), "2026-11-23T15:00:00");
  EXPECT_EQ(when("2026-11-24 09:00"), "2026-11-24T00:00:00");
  EXPECT_EQ(when("2026-11-24T09:00:00Z"), "2026-11-24T09:00:00");
}

TEST(When, WhatIsNoTimeIsRefused) {
  for (const char* text : {"", "tomorrow", "now-", "now+1h", "now-1mon", "nowhere", "-", "24h", "-1x"})
    EXPECT_EQ(when(text), "none") << text;
}

}  // namespace
}  // namespace yorozu::answers
