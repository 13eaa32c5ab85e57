#include "base/time.h"

#include <gtest/gtest.h>

#include <ctime>
#include <random>
#include <thread>
#include <vector>

namespace yorozu {
namespace {

std::string shown(std::string_view text) {
  const auto time = parse_time(text);
  return time ? format_rfc3339(*time) : "none";
}

TEST(Time, FiletimeCountsFrom1601) {
  EXPECT_EQ(format_rfc3339(from_filetime(0)), "1601-01-01T00:00:00.000000Z");
  EXPECT_EQ(from_filetime(116444736000000000ULL).us, 0);
  EXPECT_TRUE(from_filetime(UINT64_MAX).known());
}

TEST(Time, CivilFieldsAgreeWithTheSystemsCalendar) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto seconds = static_cast<std::int64_t>(random() % 400000000000ULL) - 100000000000;
    const std::time_t t = seconds;
    std::tm expected{};
    ASSERT_NE(gmtime_r(&t, &expected), nullptr);
    const CivilTime civil = to_civil({seconds * 1000000 + 123456});
    ASSERT_EQ(civil.year, expected.tm_year + 1900LL) << seconds;
    ASSERT_EQ(civil.month, expected.tm_mon + 1) << seconds;
    ASSERT_EQ(civil.day, expected.tm_mday) << seconds;
    ASSERT_EQ(civil.hour, expected.tm_hour) << seconds;
    ASSERT_EQ(civil.minute, expected.tm_min) << seconds;
    ASSERT_EQ(civil.second, expected.tm_sec) << seconds;
    ASSERT_EQ(civil.weekday, expected.tm_wday) << seconds;
    ASSERT_EQ(civil.microsecond, 123456) << seconds;
  }
}

TEST(Time, FromCivilUndoesToCivilOverTheWholeRange) {
  std::mt19937_64 random(2);
  std::vector<std::int64_t> cases = {INT64_MIN + 1, INT64_MIN + 2, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
  for (int i = 0; i < 20000; ++i) cases.push_back(static_cast<std::int64_t>(random()));
  for (const std::int64_t us : cases) ASSERT_EQ(from_civil(to_civil({us})).us, us);
}

TEST(Time, FromCivilStopsAtTheEndsOfTheRange) {
  EXPECT_EQ(from_civil({.year = 300000}).us, INT64_MAX);
  EXPECT_EQ(from_civil({.year = INT64_MAX}).us, INT64_MAX);
  EXPECT_EQ(from_civil({.year = INT64_MIN}).us, INT64_MIN + 1);
  EXPECT_TRUE(from_civil({.year = -300000}).known());
}

TEST(Time, YearsBeyondFourDigitsAreShownAsTheLastMoment) {
  EXPECT_EQ(format_rfc3339({INT64_MAX}), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_rfc3339({INT64_MIN + 1}), "0000-01-01T00:00:00.000000Z");
}

TEST(Time, ReadsWhatLogsWrite) {
  const struct {
    const char *text, *expected;
  } cases[] = {
      {"2026-11-24T01:02:03.456789Z", "2026-11-24T01:02:03.456789Z"},
      {"2026-11-24t01:02:03z", "2026-11-24T01:02:03.000000Z"},
      {"2026-11-24 01:02:03,4", "2026-11-24T01:02:03.400000Z"},
      {"2026-11-24T01:02:03.1234567899Z", "2026-11-24T01:02:03.123456Z"},
      {"2026-11-24T10:02:03+09:00", "2026-11-24T01:02:03.000000Z"},
      {"2026-11-24T10:02:03+0900", "2026-11-24T01:02:03.000000Z"},
      {"2026-11-24T10:02:03+09", "2026-11-24T01:02:03.000000Z"},
      {"2026-11-24 10:02:03.5 +09:00", "2026-11-24T01:02:03.500000Z"},
      {"2026-11-24 10:02:03 UTC", "2026-11-24T10:02:03.000000Z"},
      {"2026-11-23T20:32:03-04:30", "2026-11-24T01:02:03.000000Z"},
      {"2026-11-24", "2026-11-24T00:00:00.000000Z"},
      {"2026-11-24 08:15", "2026-11-24T08:15:00.000000Z"},
      {"2024-02-29", "2024-02-29T00:00:00.000000Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},  // a leap second
      {"0000-01-01", "0000-01-01T00:00:00.000000Z"},
  };
  for (const auto& c : cases) EXPECT_EQ(shown(c.text), c.expected) << c.text;
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2026",
                           "2026-11",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-02-29",
                           "2100-02-29",
                           "2026-04-31",
                           "2026-11-24T",
                           "2026-11-24T24:00:00",
                           "2026-11-24T01:60:00",
                           "2026-11-24T01:02:61",
                           "2026-11-24T01:02:03.",
                           "2026-11-24T01:02:03.Z",
                           "2026-11-24T01:02:03Zx",
                           "2026-11-24T01:02:03+9",
                           "2026-11-24T01:02:03+09:0",
                           "2026-11-24T01:02:03+24:00",
                           "2026-11-24T01:02:03 ",
                           " 2026-11-24",
                           "2026-11-24T1:02:03",
                           "26-11-24",
                           "2026/11/24",
                           "2026-1-24",
                           "+026-11-24",
                           "2026-11-24T01:02:03+",
                           "２０２６-11-24"})
    EXPECT_EQ(shown(text), "none") << text;
}

TEST(Time, EveryCutOfATimeIsEitherATimeOrRefused) {
  const std::string_view whole = "2026-11-24T01:02:03.456789+09:00";
  int times = 0;
  for (std::size_t n = 0; n <= whole.size(); ++n) times += parse_time(whole.substr(0, n)).has_value() ? 1 : 0;
  EXPECT_EQ(times, 3 + 6 + 2);  // date, minutes, seconds; each digit of the fraction; +09 and +09:00
}

TEST(Time, FormatAndParseAreInverse) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 5000; ++i) {
    const Timestamp time{static_cast<std::int64_t>(random() % 253402300800000000ULL)};
    ASSERT_EQ(parse_time(format_rfc3339(time)), time);
  }
}

TEST(TimeZone, ShowsTheOffsetOfItsMoment) {
  const auto tokyo = TimeZone::named("Asia/Tokyo");
  ASSERT_TRUE(tokyo);
  EXPECT_EQ(tokyo->name(), "Asia/Tokyo");
  EXPECT_EQ(tokyo->format(*parse_time("2026-11-24T01:02:03.456789Z")), "2026-11-24 10:02:03.456 +09:00");
  const auto new_york = TimeZone::named("America/New_York");
  ASSERT_TRUE(new_york);
  EXPECT_EQ(new_york->offset_at(*parse_time("2026-01-01")), -5 * 3600);
  EXPECT_EQ(new_york->offset_at(*parse_time("2026-07-01")), -4 * 3600);
  EXPECT_EQ(new_york->format(*parse_time("2026-07-01T02:00:00Z")), "2026-06-30 22:00:00.000 -04:00");
  EXPECT_EQ(TimeZone::utc().format({0}), "1970-01-01 00:00:00.000 +00:00");
  EXPECT_EQ(tokyo->format({INT64_MAX}).substr(0, 4), "9999");
}

TEST(TimeZone, UnknownNamesAreRefused) {
  for (const char* name : {"Asia/Tokio", "", "\xFF\xFE", "Etc/Unknown"}) {
    const auto zone = TimeZone::named(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().code, ErrorCode::InvalidInput);
  }
  EXPECT_FALSE(TimeZone::named(std::string(5000, 'A')));
}

TEST(TimeZone, TextWithoutZoneIsInItsOwn) {
  const auto tokyo = TimeZone::named("Asia/Tokyo");
  ASSERT_TRUE(tokyo);
  EXPECT_EQ(tokyo->parse("2026-11-24 10:00:00"), parse_time("2026-11-24T01:00:00Z"));
  EXPECT_EQ(tokyo->parse("2026-11-24T10:00:00Z"), parse_time("2026-11-24T10:00:00Z"));
  EXPECT_EQ(tokyo->parse("yesterday"), std::nullopt);
  const Timestamp now = *parse_time("2026-11-24T01:02:03.456Z");
  EXPECT_EQ(TimeZone::utc().parse(tokyo->format(now)), now);
}

TEST(TimeZone, DoubleHourIsTheFirstOneAndTheSkippedHourRunsOn) {
  const auto zone = TimeZone::named("America/New_York");
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->parse("2026-11-01 01:30:00"), parse_time("2026-11-01T05:30:00Z"));  // still -04:00
  EXPECT_EQ(zone->parse("2026-03-08 02:30:00"), parse_time("2026-03-08T07:30:00Z"));  // as if still -05:00
}

TEST(TimeZone, OneZoneServesManyThreads) {
  const auto zone = TimeZone::named("Europe/Berlin");
  ASSERT_TRUE(zone);
  std::vector<std::jthread> threads;
  std::vector<std::int64_t> sums(4);
  for (std::size_t t = 0; t < sums.size(); ++t)
    threads.emplace_back([&, t] {
      for (std::int64_t day = 0; day < 2000; ++day) sums[t] += zone->offset_at({day * 86400 * 1000000 * 10});
    });
  threads.clear();
  for (const std::int64_t sum : sums) EXPECT_EQ(sum, sums.front());
}

}  // namespace
}  // namespace yorozu
