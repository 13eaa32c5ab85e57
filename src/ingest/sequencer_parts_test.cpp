#include <gtest/gtest.h>

#include "detect/detection_time.h"
#include "ingest/correlation_state.h"
#include "ingest/finding_limiter.h"
#include "ingest/latency.h"

namespace yorozu::ingest {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

TEST(FindingLimiter, CountsWhatIsBeyondTheLimitAndTellsItWhenTheMinuteIsOver) {
  FindingLimiter limiter(2, 3);
  const Timestamp start{1000 * 60 * kSecond};
  int kept = 0;
  for (std::uint64_t seq = 1; seq <= 10; ++seq) kept += limiter.admit(0, seq, start) ? 1 : 0;
  EXPECT_EQ(kept, 3);
  EXPECT_TRUE(limiter.admit(1, 11, start));
  EXPECT_TRUE(limiter.take({start.us + 59 * kSecond}).empty());
  const auto held = limiter.take({start.us + 60 * kSecond});
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].rule, 0U);
  EXPECT_EQ(held[0].count, 7U);
  EXPECT_EQ(held[0].first_seq, 4U);
  EXPECT_EQ(held[0].last_seq, 10U);
  EXPECT_EQ(limiter.suppressed_total(), 7U);
  EXPECT_TRUE(limiter.admit(0, 12, {start.us + 61 * kSecond}));
}

TEST(FindingLimiter, NothingIsForgottenWhenTheNextMinuteBeginsBeforeItIsTold) {
  FindingLimiter limiter(1, 1);
  const Timestamp start{60 * kSecond};
  EXPECT_TRUE(limiter.admit(0, 1, start));
  EXPECT_FALSE(limiter.admit(0, 2, start));
  EXPECT_FALSE(limiter.admit(0, 3, {start.us + 90 * kSecond}));
  EXPECT_EQ(limiter.take({start.us + 90 * kSecond}, true).at(0).count, 2U);
}

TEST(CorrelationState, ReadsBackAndRefusesEverythingElse) {
  const std::string bytes = encode({77, "windows"});
  const auto state = decode_correlation_state(bytes);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->seq, 77U);
  EXPECT_EQ(state->bytes, "windows");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(decode_correlation_state(damaged)) << "byte " << i;
    EXPECT_FALSE(decode_correlation_state(bytes.substr(0, i))) << "cut at " << i;
  }
}

TEST(DetectionTime, IsTheEventsOwnWhenNearItsArrival) {
  using detect::Delivery;
  using Clock = detect::DetectionTime::Clock;
  const Timestamp received{1'700'000'000 * kSecond};
  const auto of = [&](std::int64_t seconds, Delivery delivery) {
    return detect::detection_time({received.us + seconds * kSecond}, received, 15 * kSecond, delivery);
  };
  const auto shifted = [&](std::int64_t seconds) { return Timestamp{received.us + seconds * kSecond}; };
  for (const Delivery delivery : {Delivery::AsTheyHappen, Delivery::FromStore}) {
    EXPECT_EQ(of(-15, delivery), (detect::DetectionTime{shifted(-15), Clock::Event}));
    EXPECT_EQ(of(300, delivery), (detect::DetectionTime{shifted(300), Clock::Event}));
    EXPECT_EQ(of(301, delivery), (detect::DetectionTime{received, Clock::Arrival}));
  }
  EXPECT_EQ(of(-16, Delivery::AsTheyHappen), (detect::DetectionTime{received, Clock::Arrival}));
  EXPECT_EQ(of(-16, Delivery::FromStore), (detect::DetectionTime{shifted(-16), Clock::Late}));
  EXPECT_EQ(detect::detection_time(Timestamp::none(), received, 0, Delivery::FromStore),
            (detect::DetectionTime{received, Clock::Arrival}));
}

TEST(LatencyHistogram, QuantilesAreWithinAFifth) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0);
  for (std::int64_t us = 1; us <= 1000; ++us) histogram.add(us);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5)), 500, 100);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.99)), 990, 200);
}

}  // namespace
}  // namespace yorozu::ingest
