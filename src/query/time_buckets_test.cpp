#include "query/time_buckets.h"

#include <gtest/gtest.h>

#include "query/stage_words.h"

namespace yorozu::query {
namespace {

std::string begin(std::string_view span, std::string_view zone, std::string_view time) {
  TimeBuckets buckets(*parse_span(span), *TimeZone::named(zone));
  return format_rfc3339(buckets.begin_of(buckets.index_of(*parse_time(time)))).substr(0, 19);
}

TEST(TimeBuckets, BeginOnRoundTimesOfTheZone) {
  EXPECT_EQ(begin("5m", "Asia/Tokyo", "2026-11-24T10:03:59Z"), "2026-11-24T10:00:00");
  EXPECT_EQ(begin("1h", "Asia/Kolkata", "2026-11-24T10:03:59Z"), "2026-11-24T09:30:00");
  EXPECT_EQ(begin("1d", "Asia/Tokyo", "2026-11-24T10:03:59Z"), "2026-11-23T15:00:00");
  EXPECT_EQ(begin("1d", "UTC", "2026-11-24T10:03:59Z"), "2026-11-24T00:00:00");
  EXPECT_EQ(begin("1w", "UTC", "2026-11-24T10:03:59Z"), "2026-11-23T00:00:00") << "a Monday";
  EXPECT_EQ(begin("1mon", "Asia/Tokyo", "2026-11-30T16:00:00Z"), "2026-11-30T15:00:00");
  EXPECT_EQ(begin("3mon", "UTC", "2026-11-24T10:03:59Z"), "2026-10-01T00:00:00");
  EXPECT_EQ(begin("1d", "UTC", "1969-12-31T23:59:59Z"), "1969-12-31T00:00:00");
}

TEST(TimeBuckets, DayOfAChangedClockBeginsAtItsMidnight) {
  EXPECT_EQ(begin("1d", "Europe/Berlin", "2026-10-25T20:00:00Z"), "2026-10-24T22:00:00");
  EXPECT_EQ(begin("1d", "Europe/Berlin", "2026-10-26T20:00:00Z"), "2026-10-25T23:00:00");
}

TEST(TimeBuckets, NumbersHaveNoGaps) {
  TimeBuckets buckets(*parse_span("1mon"), TimeZone::utc());
  const std::int64_t december = buckets.index_of(*parse_time("2026-12-05T00:00:00Z"));
  EXPECT_EQ(buckets.index_of(*parse_time("2027-01-31T00:00:00Z")), december + 1);
  EXPECT_EQ(format_rfc3339(buckets.begin_of(december + 2)).substr(0, 10), "2027-02-01");
}

}  // namespace
}  // namespace yorozu::query
