#include "archive/space.h"

#include <gtest/gtest.h>

#include "archive/layout.h"
#include "archive/simulated_disk.h"

namespace yorozu::archive {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
const std::filesystem::path kFolder = "/archive";

/// A disk of 100 MiB with a file that fills it to `used`.
struct FilledDisk {
  SimulatedDisk disk{1};
  SpaceGuard guard;

  explicit FilledDisk(std::uint64_t reserve = 4 * kMiB) : guard(disk, kFolder, reserve) {
    disk.set_capacity(100 * kMiB);
    EXPECT_TRUE(disk.make_folders(kFolder));
    EXPECT_TRUE(disk.make_folders("/other"));
  }
  void fill(std::uint64_t mib) {
    (void)disk.remove("/other/file");
    EXPECT_TRUE(disk.allocate("/other/file", mib * kMiB));
  }
  bool has_reserve() { return !disk.files_below(kFolder).empty(); }
};

TEST(SpaceGuard, LevelsFollowWhatIsUsed) {
  EXPECT_EQ(level_of({1000 * kMiB, 300 * kMiB}), DiskLevel::Fine);
  EXPECT_EQ(level_of({1000 * kMiB, 199 * kMiB}), DiskLevel::Used80);
  EXPECT_EQ(level_of({1000 * kMiB, 99 * kMiB}), DiskLevel::Used90);
  EXPECT_EQ(level_of({1000 * kMiB, 49 * kMiB}), DiskLevel::Used95);
  EXPECT_EQ(level_of({0, 0}), DiskLevel::Fine);
}

TEST(SpaceGuard, ReserveIsTakenWithPlentyAndFreedWhenNearlyFull) {
  FilledDisk filled;
  ASSERT_TRUE(filled.guard.admit(1000));
  EXPECT_TRUE(filled.has_reserve());
  filled.fill(87);
  ASSERT_TRUE(filled.guard.admit(1000));
  EXPECT_EQ(filled.guard.level(), DiskLevel::Used90);
  EXPECT_TRUE(filled.has_reserve());
  filled.fill(92);
  ASSERT_TRUE(filled.guard.admit(1000));
  EXPECT_FALSE(filled.has_reserve()) << "freed at 95 %";
  filled.fill(50);
  ASSERT_TRUE(filled.guard.admit(1000));
  EXPECT_TRUE(filled.has_reserve()) << "made again";
}

TEST(SpaceGuard, WhatTheReserveGaveBackIsNotForLines) {
  FilledDisk filled;
  ASSERT_TRUE(filled.guard.admit(1000));
  filled.fill(96);
  const auto refused = filled.guard.admit(kMiB);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Overloaded);
  EXPECT_EQ(filled.guard.level(), DiskLevel::Full);
  filled.fill(90);
  EXPECT_TRUE(filled.guard.admit(kMiB)) << "by itself";
}

TEST(SpaceGuard, SmallDiskGivesASixteenthAtMost) {
  FilledDisk filled(std::uint64_t{256} * kMiB);
  ASSERT_TRUE(filled.guard.admit(1000));
  EXPECT_EQ(filled.disk.size_of(kFolder / kReserveName), 100 * kMiB / 16);
}

TEST(SpaceGuard, ReserveOfAnEarlierRunIsFound) {
  FilledDisk filled;
  ASSERT_TRUE(filled.guard.admit(1000));
  SpaceGuard again(filled.disk, kFolder, 4 * kMiB);
  filled.fill(95);
  (void)again.admit(1000);
  EXPECT_FALSE(filled.has_reserve());
}

}  // namespace
}  // namespace yorozu::archive
