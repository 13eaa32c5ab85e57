#include <gtest/gtest.h>

#include <random>

#include "detect/correlation_test_support.h"

namespace yorozu::detect {
namespace {

using namespace testing;

sigma::RuleSet some_rules() {
  auto set = rules_named({"a", "b"});
  correlate(set, "few", Type::EventCount, {"a"}, kMinute, {{Op::Less, 5}});
  correlate(set, "names", Type::ValueCount, {"a", "b"}, kMinute, {{Op::GreaterOrEqual, 9}}).fields = {"n"};
  correlate(set, "ordered", Type::TemporalOrdered, {"few", "b"}, 5 * kMinute);
  correlate(set, "median", Type::ValueMedian, {"b"}, kMinute, {{Op::LessOrEqual, 50}}).fields = {"n"};
  return set;
}

std::string some_state(const sigma::RuleSet& set) {
  Stream s(set, {10 * kSecond, std::size_t{1} << 20});
  for (int i = 0; i < 40; ++i)
    s.match(i % 3 == 0 ? "b" : "a", at(i * 5), {{"User", i % 2 == 0 ? "alice" : "bob"}, {"n", std::to_string(i % 7)}});
  return s.correlator.save();
}

TEST(CorrelationState, OfOtherRulesOrVersionOrOfSomethingElseIsRefused) {
  const auto set = some_rules();
  auto others = some_rules();
  others.correlations[0].timespan_us = 2 * kMinute;
  Correlator one(set, {}), two(others, {});
  const std::string state = some_state(set);
  EXPECT_TRUE(one.restore(state));
  EXPECT_EQ(two.restore(state).error().code, ErrorCode::InvalidInput);
  std::string newer = state;
  newer[4] = 9;
  EXPECT_EQ(one.restore(newer).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(one.restore("").error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(one.restore("hello, world").error().code, ErrorCode::InvalidInput);
}

TEST(CorrelationState, EveryTruncationIsRefusedAndLeavesTheCorrelatorAsItWas) {
  const auto set = some_rules();
  const std::string state = some_state(set);
  Correlator correlator(set, {});
  ASSERT_TRUE(correlator.restore(state));
  for (std::size_t size = 0; size < state.size(); ++size)
    ASSERT_FALSE(correlator.restore(std::string_view(state).substr(0, size))) << size;
  EXPECT_EQ(correlator.save(), state);
}

TEST(CorrelationState, DamagedStateIsRefusedOrUsableButNeverUndefined) {
  const auto set = some_rules();
  const std::string state = some_state(set);
  std::mt19937_64 random(7);
  std::size_t accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = state;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    Stream s(set);
    if (!s.correlator.restore(damaged)) continue;
    ++accepted;
    s.match("a", at(1000), {{"User", "alice"}, {"n", "1"}});
    s.match("b", at(1001), {{"User", "bob"}, {"n", "2"}});
    s.finish();
  }
  EXPECT_GT(accepted, 0U);  // a changed count or time is a state like any other
}

}  // namespace
}  // namespace yorozu::detect
