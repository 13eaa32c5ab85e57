#include "codec/written_time.h"

#include <gtest/gtest.h>

namespace yorozu::codec {
namespace {

std::string moment(std::string_view zone, std::string_view reading) {
  LocalClock clock(TimeZone::named(zone).value());
  return format_rfc3339(clock.moment(WrittenTime::local(*parse_time(reading))));
}

TEST(LocalClock, AReadingIsAMomentInItsZone) {
  EXPECT_EQ(moment("Asia/Tokyo", "2026-11-24 10:02:03.5"), "2026-11-24T01:02:03.500000Z");
  EXPECT_EQ(moment("+09:00", "2026-11-24 00:02:03"), "2026-11-23T15:02:03.000000Z");
  EXPECT_EQ(moment("-03:30", "2026-11-24 00:00:00"), "2026-11-24T03:30:00.000000Z");
  EXPECT_EQ(moment("UTC", "2026-11-24 10:02:03"), "2026-11-24T10:02:03.000000Z");
  EXPECT_EQ(moment("Asia/Tokyo", "1969-12-31 23:59:59"), "1969-12-31T14:59:59.000000Z");
}

TEST(LocalClock, DaylightSavingSkipsAnHourAndRepeatsOne) {
  EXPECT_EQ(moment("Europe/Berlin", "2026-03-29 01:59:59"), "2026-03-29T00:59:59.000000Z");
  EXPECT_EQ(moment("Europe/Berlin", "2026-03-29 02:30:00"), "2026-03-29T01:30:00.000000Z") << "skipped";
  EXPECT_EQ(moment("Europe/Berlin", "2026-03-29 03:00:00"), "2026-03-29T01:00:00.000000Z");
  EXPECT_EQ(moment("Europe/Berlin", "2026-10-25 02:30:00"), "2026-10-25T00:30:00.000000Z") << "the first of two";
  EXPECT_EQ(moment("Europe/Berlin", "2026-10-25 03:00:00"), "2026-10-25T02:00:00.000000Z");
}

TEST(LocalClock, WhatItRemembersIsOfItsStretchOnly) {
  LocalClock one(TimeZone::named("Europe/Berlin").value());
  for (std::int64_t minute = -3 * 60; minute < 3 * 60; ++minute)
    for (const std::string_view change : {"2026-03-29 02:00:00", "2026-10-25 03:00:00"}) {
      const auto reading = WrittenTime::local({parse_time(change)->us + minute * 60'000'000});
      LocalClock fresh(one.zone());
      EXPECT_EQ(one.moment(reading), fresh.moment(reading)) << minute;
    }
}

TEST(LocalClock, AMomentStaysWhatItIs) {
  LocalClock clock(TimeZone::named("Asia/Tokyo").value());
  EXPECT_EQ(clock.moment(*parse_time("2026-11-24T10:02:03Z")), *parse_time("2026-11-24T10:02:03Z"));
  EXPECT_FALSE(clock.moment(WrittenTime::local({})).known());
}

}  // namespace
}  // namespace yorozu::codec
