#include "app/answers/histogram_picture.h"

#include <gtest/gtest.h>

namespace yorozu::answers {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;

archive::search::Histogram hours(std::initializer_list<std::uint64_t> counts) {
  archive::search::Histogram out{kHour, {}};
  std::int64_t at = parse_time("2026-11-24T00:00:00Z")->us;
  for (const std::uint64_t count : counts) {
    if (count > 0) out.buckets.push_back({{at}, count});
    at += kHour;
  }
  return out;
}

TEST(HistogramPicture, ShowsEachHourAndTheScale) {
  EXPECT_EQ(histogram_picture(hours({1, 0, 100, 50}), *TimeZone::named("Asia/Tokyo"), 60),
            "▁ █▄\n2026-11-24 09:00 … 2026-11-24 13:00  (▏= 1 h, █ = 100)\n");
}

TEST(HistogramPicture, JoinsSpansWhenThereAreMoreThanColumns) {
  EXPECT_EQ(histogram_picture(hours({1, 1, 1, 1, 4}), TimeZone::utc(), 3),
            "▄▄█\n2026-11-24 00:00 … 2026-11-24 05:00  (▏= 2 h, █ = 4)\n");
}

TEST(HistogramPicture, OfNothingIsNothing) {
  EXPECT_EQ(histogram_picture({}, TimeZone::utc(), 60), "");
}

}  // namespace
}  // namespace yorozu::answers
