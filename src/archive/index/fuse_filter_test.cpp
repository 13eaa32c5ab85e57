#include "archive/index/fuse_filter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace yorozu::archive::index {
namespace {

std::vector<Token> some_tokens(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Token> out(count);
  for (Token& token : out) token = random();
  return out;
}

TEST(FuseFilter, NeverDeniesWhatWasPutInAndSeldomTakesAnother) {
  for (const std::size_t count : {1U, 2U, 3U, 10U, 99U, 1000U, 23456U, 300000U}) {
    const std::vector<Token> tokens = some_tokens(count, count);
    const FuseFilter filter = build_fuse_filter(tokens);
    EXPECT_TRUE(filter.shape.is_valid());
    for (const Token token : tokens) ASSERT_TRUE(filter.may_contain(token)) << count;
    std::size_t mistaken = 0;
    for (const Token token : some_tokens(50000, 1)) mistaken += filter.may_contain(token) ? 1 : 0;
    EXPECT_LT(mistaken, 50000 / 150) << count;
  }
}

TEST(FuseFilter, TakesLittleMoreThanNineBitsAToken) {
  EXPECT_LT(build_fuse_filter(some_tokens(300000, 2)).bytes.size(), 300000 * 1.2);
}

TEST(FuseFilter, OfNothingContainsNothing) {
  const FuseFilter filter = build_fuse_filter({});
  EXPECT_TRUE(filter.bytes.empty());
  EXPECT_FALSE(filter.may_contain(7));
}

TEST(FuseFilter, PositionsStayInsideWhateverAValidShapeSays) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    FuseShape shape{random(), static_cast<std::uint32_t>(random() % 5000), 1U << (random() % 20)};
    if (i % 2 == 0) shape.slots = static_cast<std::uint32_t>((3 + random() % 9) * shape.segment_length);
    if (!shape.is_valid() || shape.slots == 0) continue;
    for (int k = 0; k < 20; ++k)
      for (const std::uint32_t at : shape.positions(random())) ASSERT_LT(at, shape.slots);
  }
}

}  // namespace
}  // namespace yorozu::archive::index
