#include "ingest/intake_queue.h"

#include <gtest/gtest.h>

namespace yorozu::ingest {
namespace {

constexpr Timestamp kNow{1'700'000'000'000'000};

FrameBatch batch_of(std::size_t bytes, event::SourceClass source_class, std::uint64_t stream) {
  FrameBatch out;
  out.source_class = source_class;
  out.stream = stream;
  out.add(kNow, std::string(bytes, 'x'));
  return out;
}

TEST(IntakeQueue, BatchesOfAStreamComeOutInOrder) {
  IntakeQueue queue(1 << 20, 1);
  for (std::size_t i = 1; i <= 5; ++i) {
    FrameBatch batch = batch_of(i, event::SourceClass::Auth, 7);
    ASSERT_TRUE(queue.try_push(batch, kNow));
  }
  const auto out = queue.pop(0, 1 << 20);
  ASSERT_EQ(out.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(out[i]->bytes, i + 1);
  EXPECT_EQ(queue.bytes(), 0U);
}

TEST(IntakeQueue, ARefusedBatchStaysWithItsOwner) {
  IntakeQueue queue(10'000, 1);
  FrameBatch first = batch_of(9'000, event::SourceClass::Web, 1);
  ASSERT_TRUE(queue.try_push(first, kNow));
  FrameBatch second = batch_of(5'000, event::SourceClass::Web, 1);
  EXPECT_FALSE(queue.try_push(second, kNow));
  EXPECT_EQ(second.frames.size(), 1U);
  EXPECT_EQ(second.bytes, 5'000U);
}

TEST(IntakeQueue, ALoudClassLeavesRoomForOthersAndIsServedInTurn) {
  IntakeQueue queue(100'000, 1);
  std::size_t loud = 0;
  for (std::uint64_t stream = 0;; ++stream) {
    FrameBatch batch = batch_of(1'000, event::SourceClass::Firewall, stream);
    if (!queue.try_push(batch, kNow)) break;
    ++loud;
  }
  EXPECT_LT(loud * 1'000, 75'000U);
  FrameBatch quiet = batch_of(1'000, event::SourceClass::Auth, 9);
  EXPECT_TRUE(queue.try_push(quiet, kNow));
  // The second one to come out at latest, although dozens came before it.
  const auto out = queue.pop(0, 2'000);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_TRUE(out[0]->source_class == event::SourceClass::Auth || out[1]->source_class == event::SourceClass::Auth);
}

TEST(IntakeQueue, ALoudStreamLeavesRoomForOthersOfItsClass) {
  IntakeQueue queue(100'000, 1);
  for (;;) {
    FrameBatch batch = batch_of(1'000, event::SourceClass::Firewall, 1);
    if (!queue.try_push(batch, kNow)) break;
  }
  FrameBatch quiet = batch_of(1'000, event::SourceClass::Firewall, 2);
  EXPECT_TRUE(queue.try_push(quiet, kNow));
}

TEST(IntakeQueue, ABatchBeyondItsShareStillComesInWhenNothingOfItsKindWaits) {
  IntakeQueue queue(1'000, 1);
  FrameBatch large = batch_of(50'000, event::SourceClass::Web, 1);
  EXPECT_TRUE(queue.try_push(large, kNow));
  FrameBatch other = batch_of(10, event::SourceClass::Auth, 2);
  EXPECT_FALSE(queue.try_push(other, kNow));
}

TEST(IntakeQueue, AQuotaLetsABurstThroughAndThenItsRate) {
  ClassQuotas quotas{};
  quotas[static_cast<std::size_t>(event::SourceClass::Firewall)] = 1'000;  // bytes a second, so a burst of 10,000
  IntakeQueue queue(1 << 20, 1, quotas);
  int taken = 0;
  for (int i = 0; i < 100; ++i) {
    FrameBatch batch = batch_of(1'000, event::SourceClass::Firewall, static_cast<std::uint64_t>(i));
    taken += queue.try_push(batch, kNow) ? 1 : 0;
  }
  EXPECT_EQ(taken, 10);
  FrameBatch auth = batch_of(1'000, event::SourceClass::Auth, 1);
  EXPECT_TRUE(queue.try_push(auth, kNow));
  for (int i = 0; i < 100; ++i) {
    FrameBatch batch = batch_of(1'000, event::SourceClass::Firewall, static_cast<std::uint64_t>(i));
    taken += queue.try_push(batch, {kNow.us + 3'000'000}) ? 1 : 0;
  }
  EXPECT_EQ(taken, 13);
}

TEST(IntakeQueue, WhoWaitsForRoomIsCalledWhenSomethingWasTaken) {
  IntakeQueue queue(1 << 20, 1);
  FrameBatch batch = batch_of(10, event::SourceClass::Auth, 1);
  ASSERT_TRUE(queue.try_push(batch, kNow));
  int called = 0;
  queue.when_room([&] { ++called; });
  EXPECT_EQ(called, 0);
  queue.pop(0, 100);
  EXPECT_EQ(called, 1);
  queue.when_room([&] { ++called; });
  queue.close();
  EXPECT_EQ(called, 2);
}

TEST(IntakeQueue, AfterCloseNothingComesInAndWhatWaitsComesOut) {
  IntakeQueue queue(1 << 20, 2);
  FrameBatch batch = batch_of(10, event::SourceClass::Auth, 1);
  ASSERT_TRUE(queue.try_push(batch, kNow));
  queue.close();
  FrameBatch late = batch_of(10, event::SourceClass::Auth, 1);
  EXPECT_FALSE(queue.try_push(late, kNow));
  EXPECT_EQ(queue.pop(0, 100).size() + queue.pop(1, 100).size(), 1U);
  EXPECT_TRUE(queue.pop(0, 100).empty());
}

}  // namespace
}  // namespace yorozu::ingest
