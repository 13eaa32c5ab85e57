#include "app/queries/fair_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace yorozu::queries {
namespace {

using testing::ElementsAre;

std::vector<int> drained(FairQueue<int>& queue) {
  std::vector<int> out;
  while (auto next = queue.pop()) out.push_back(next->second);
  return out;
}

TEST(FairQueue, OneOfEachGoesBeforeTheSecondOfAnybody) {
  FairQueue<int> queue({});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue.push("loud", i));
  ASSERT_TRUE(queue.push("quiet", 10));
  ASSERT_TRUE(queue.push("other", 20));
  EXPECT_THAT(drained(queue), ElementsAre(0, 10, 20, 1, 2));
}

TEST(FairQueue, IsBoundedForAllAndForEach) {
  FairQueue<int> queue({.all = 3, .each = 2});
  EXPECT_TRUE(queue.push("a", 1));
  EXPECT_TRUE(queue.push("a", 2));
  EXPECT_FALSE(queue.push("a", 3));
  EXPECT_TRUE(queue.push("b", 4));
  EXPECT_FALSE(queue.push("c", 5));
  EXPECT_EQ(queue.size(), 3U);
}

TEST(FairQueue, ThePositionSaysHowManyGoBefore) {
  FairQueue<int> queue({});
  EXPECT_EQ(queue.position_of_next("a"), 1U);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(queue.push("loud", i));
  EXPECT_EQ(queue.position_of_next("a"), 2U) << "one of the loud one, then this";
  EXPECT_EQ(queue.position_of_next("loud"), 4U);
}

TEST(FairQueue, WhatCouldNotBeBegunIsNext) {
  FairQueue<int> queue({});
  for (const int i : {1, 2}) ASSERT_TRUE(queue.push("a", i));
  ASSERT_TRUE(queue.push("b", 3));
  auto first = queue.pop();
  queue.push_front(first->first, first->second);
  EXPECT_THAT(drained(queue), ElementsAre(1, 3, 2));
}

TEST(FairQueue, WhatIsCancelledIsTakenOut) {
  FairQueue<int> queue({});
  for (const int i : {1, 2}) ASSERT_TRUE(queue.push("a", i));
  ASSERT_TRUE(queue.push("b", 3));
  EXPECT_TRUE(queue.remove([](int i) { return i == 3; }));
  EXPECT_FALSE(queue.remove([](int i) { return i == 3; }));
  EXPECT_THAT(drained(queue), ElementsAre(1, 2));
}

}  // namespace
}  // namespace yorozu::queries
