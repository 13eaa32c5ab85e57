#include "hunt/file_report.h"

#include <gtest/gtest.h>

namespace yorozu::hunt {
namespace {

codec::RecordRun run(std::uint64_t first, std::uint64_t last, std::int64_t first_second, std::int64_t last_second) {
  return {first, last, Timestamp{first_second * 1'000'000}, Timestamp{last_second * 1'000'000}, 0};
}

FileReport report_of(std::initializer_list<codec::RecordRun> runs) {
  FileReport out;
  for (const codec::RecordRun& one : runs) {
    codec::UnitReport unit;
    unit.runs.push_back(one);
    out.add(std::move(unit));
  }
  out.finish();
  return out;
}

TEST(FileReport, ChunksThatFollowEachOtherHaveNoGap) {
  EXPECT_TRUE(report_of({run(1, 9, 0, 9), run(10, 20, 9, 20)}).gaps.empty());
}

TEST(FileReport, MissingRecordsAreAGapWithTheTimesAround) {
  const FileReport got = report_of({run(1, 9, 0, 9), run(15, 20, 30, 40)});
  ASSERT_EQ(got.gaps.size(), 1U);
  EXPECT_EQ(got.gaps[0].first, 10U);
  EXPECT_EQ(got.gaps[0].last, 14U);
  EXPECT_EQ(got.gaps[0].before.us, 9'000'000);
  EXPECT_EQ(got.gaps[0].after.us, 30'000'000);
}

TEST(FileReport, OldestChunkInTheMiddleOfACircularLogIsNoGap) {
  const FileReport got = report_of({run(21, 30, 21, 30), run(1, 10, 1, 10), run(11, 20, 11, 20)});
  EXPECT_TRUE(got.gaps.empty());
  EXPECT_TRUE(got.time_steps.empty());
}

TEST(FileReport, TimeThatGoesBackBetweenChunksIsReported) {
  const FileReport got = report_of({run(1, 9, 0, 100), run(10, 20, 50, 120)});
  ASSERT_EQ(got.time_steps.size(), 1U);
  EXPECT_EQ(got.time_steps[0].record_id, 10U);
}

TEST(FileReport, RepeatedChunksAreNoGap) {
  EXPECT_TRUE(report_of({run(1, 20, 0, 20), run(5, 9, 5, 9), run(21, 22, 21, 22)}).gaps.empty());
}

TEST(FileReport, ListsAreBoundedAndTheRestIsCounted) {
  FileReport got;
  for (std::uint64_t i = 0; i < FileReport::kMaxListed + 5; ++i) {
    codec::UnitReport unit;
    unit.damage({codec::DamageKind::Record, i, {}, {}, "x"});
    unit.runs.push_back(run(i * 10, i * 10, static_cast<std::int64_t>(i), static_cast<std::int64_t>(i)));
    got.add(std::move(unit));
  }
  got.finish();
  EXPECT_EQ(got.damages.size(), FileReport::kMaxListed);
  EXPECT_EQ(got.damages_not_listed, 5U);
  EXPECT_EQ(got.gaps.size(), FileReport::kMaxListed);
  EXPECT_EQ(got.gaps_not_listed, 4U);
}

}  // namespace
}  // namespace yorozu::hunt
