#include "ingest/syslog/rate_limit.h"

#include <gtest/gtest.h>

namespace yorozu::ingest::syslog {
namespace {

const net::Address kLoud = net::Address::v4(1), kQuiet = net::Address::v4(2);
Timestamp at(double seconds) {
  return {static_cast<std::int64_t>(seconds * 1e6)};
}

TEST(RateLimit, OffLetsEverythingPass) {
  RateLimiter limiter(RateLimit{});
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limiter.allows(kLoud, at(0)));
  EXPECT_EQ(limiter.charge(kLoud, 1000000, at(0)), 0);
  EXPECT_EQ(limiter.buckets(), 0U);
}

TEST(RateLimit, ABurstPassesThenTheRateAndOthersAreNotAffected) {
  RateLimiter limiter(RateLimit{.per_second = 10, .burst = 20});
  const auto passed = [&](const net::Address& peer, double seconds) {
    int count = 0;
    for (int i = 0; i < 100; ++i) count += limiter.allows(peer, at(seconds)) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(passed(kLoud, 0), 20);
  EXPECT_EQ(passed(kLoud, 0.5), 5);
  EXPECT_EQ(passed(kQuiet, 0.5), 20);
  EXPECT_EQ(passed(kLoud, 100), 20);
  EXPECT_EQ(passed(kLoud, 50), 0) << "a clock that was set back gives nothing";
}

TEST(RateLimit, ADebtIsToldAsTimeToWait) {
  RateLimiter limiter(RateLimit{.per_second = 10, .burst = 10});
  EXPECT_EQ(limiter.charge(kLoud, 10, at(0)), 0);
  EXPECT_EQ(limiter.charge(kLoud, 5, at(0)), 500000);
  EXPECT_EQ(limiter.charge(kLoud, 0, at(0.5)), 0);
}

TEST(RateLimit, SendersMayHaveLimitsOfTheirOwn) {
  RateLimiter limiter(
      [](const net::Address& peer) { return peer == kLoud ? RateLimit{.per_second = 1} : RateLimit{}; });
  EXPECT_TRUE(limiter.allows(kLoud, at(0)));
  EXPECT_FALSE(limiter.allows(kLoud, at(0)));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.allows(kQuiet, at(0)));
  EXPECT_EQ(limiter.buckets(), 1U);
}

TEST(RateLimit, ForgedSendersDoNotFillTheMemory) {
  RateLimiter limiter(RateLimit{.per_second = 10, .burst = 10});
  for (std::uint32_t i = 0; i < 70000; ++i) limiter.allows(net::Address::v4(i), at(0));
  EXPECT_LE(limiter.buckets(), 65536U);
  limiter.allows(net::Address::v4(99999), at(10));
  EXPECT_LE(limiter.buckets(), 2U) << "full ones are forgotten";
}

}  // namespace
}  // namespace yorozu::ingest::syslog
