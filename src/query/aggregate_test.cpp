#include "query/aggregate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "query/stage_words.h"

namespace yorozu::query {
namespace {

class Aggregates : public ::testing::Test {
 protected:
  static Aggregation function(std::string_view word) {
    Aggregation out = *parse_function(word);
    out.field = "f";
    return out;
  }
  static Aggregate of(std::string_view word, const std::vector<std::string>& values) {
    const Aggregation aggregation = function(word);
    Aggregate out(aggregation);
    std::uint64_t seq = 0;
    for (const std::string& value : values) {
      ++seq;
      out.add(aggregation, {value, Timestamp{static_cast<std::int64_t>(seq % 7)}, seq, 1}, TimeZone::utc());
    }
    return out;
  }
  static std::string result(std::string_view word, const std::vector<std::string>& values) {
    return to_text(of(word, values).cell(function(word)), TimeZone::utc());
  }
};

TEST_F(Aggregates, NumbersAreAddedExactlyAndTextIsNoNumber) {
  EXPECT_EQ(result("sum", {"1", "2", "x", "0x10"}), "19");
  EXPECT_EQ(result("sum", {"0.1", "0.2"}), "0.3");
  EXPECT_EQ(result("avg", {"1", "2", "n/a"}), "1.5");
  EXPECT_EQ(result("sum", {"x"}), "");
  EXPECT_EQ(result("sum", std::vector<std::string>(10, "9007199254740992")), "90071992547409920");
}

TEST_F(Aggregates, ExtremesAreThoseOfTheNumbersWhenThereAreAny) {
  EXPECT_EQ(result("max", {"9", "10", "n/a"}), "10");
  EXPECT_EQ(result("min", {"9", "10", "-3.5"}), "-3.5");
  EXPECT_EQ(result("max", {"b", "a"}), "b");
  EXPECT_EQ(result("min", {"10.0.0.10", "10.0.0.9"}), "10.0.0.9");
  EXPECT_EQ(result("max", {"2026-11-24T10:00:00Z", "2026-11-24 09:00:00"}), "2026-11-24 10:00:00.000 +00:00");
}

TEST_F(Aggregates, PercentilesAreNearestRankAndCloseWhenTheyAreMany) {
  EXPECT_EQ(result("median", {"1", "2", "100"}), "2");
  EXPECT_EQ(result("p95", {"1"}), "1");
  EXPECT_EQ(result("p0", {"5", "1"}), "1");
  std::vector<std::string> many;
  for (int i = 1; i <= 5000; ++i) many.push_back(std::to_string(i));
  const Cell cell = of("p95", many).cell(function("p95"));
  EXPECT_NEAR(std::get<double>(cell), 4750, 4750 * 0.01);
}

TEST_F(Aggregates, DifferentValuesAreCountedExactlyWhileFewAndCloselyWhenMany) {
  EXPECT_EQ(result("dc", {"a", "b", "a"}), "2");
  std::vector<std::string> many;
  for (int i = 0; i < 50'000; ++i) many.push_back("value " + std::to_string(i));
  EXPECT_NEAR(static_cast<double>(std::get<std::int64_t>(of("dc", many).cell(function("dc")))), 50'000, 50'000 * 0.04);
}

TEST_F(Aggregates, FirstAndLastGoByTimeThenBySequence) {
  EXPECT_EQ(result("first", {"t1", "t2", "t3", "t4", "t5", "t6", "t0"}), "t0");
  EXPECT_EQ(result("last", {"t1", "t2", "t3", "t4", "t5", "t6", "t0"}), "t6");
}

TEST_F(Aggregates, ValuesAreInOrderAndSayWhenThereAreMore) {
  EXPECT_EQ(result("values", {"b", "a", "b"}), "a, b");
  std::vector<std::string> many;
  for (int i = 0; i < 300; ++i) many.push_back(std::to_string(1000 + i));
  const std::string text = result("values", many);
  EXPECT_TRUE(text.starts_with("1000, 1001")) << text;
  EXPECT_TRUE(text.ends_with("1099, ...")) << text;
}

TEST_F(Aggregates, AnyDivisionAndOrderGivesTheSame) {
  std::vector<std::string> values;
  for (int i = 0; i < 4000; ++i)
    values.push_back(i % 3 == 0 ? "w" + std::string(static_cast<std::size_t>(i % 400), 'x')
                                : std::to_string(i * 37 % 2999));
  for (const char* word : {"count", "dc", "sum", "avg", "min", "max", "median", "p99", "values"}) {
    const Aggregation aggregation = function(word);
    const std::vector<std::string> backwards(values.rbegin(), values.rend());
    const auto half = values.begin() + 1500;
    Aggregate merged = of(word, {half, values.end()});
    merged.merge(aggregation, of(word, {values.begin(), half}));
    const Cell whole = of(word, values).cell(aggregation);
    EXPECT_EQ(whole, of(word, backwards).cell(aggregation)) << word;
    EXPECT_EQ(whole, merged.cell(aggregation)) << word;
  }
}

}  // namespace
}  // namespace yorozu::query
