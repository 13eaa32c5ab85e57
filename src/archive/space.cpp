#include "archive/space.h"

#include <algorithm>

#include "archive/layout.h"
#include "base/try.h"

namespace yorozu::archive {
namespace {

constexpr std::uint64_t kLargestShare = 16;        // of the disk, for the reserve
constexpr std::uint64_t kSmallestFree = 1U << 20;  // left alone where there is no reserve

}  // namespace

std::string_view to_string(DiskLevel level) {
  switch (level) {
    case DiskLevel::Fine:
      return "fine";
    case DiskLevel::Used80:
      return "used80";
    case DiskLevel::Used90:
      return "used90";
    case DiskLevel::Used95:
      return "used95";
    case DiskLevel::Full:
      return "full";
  }
  return "fine";
}

DiskLevel level_of(const DiskSpace& space) {
  const std::uint64_t used = space.total - std::min(space.free, space.total);
  const auto reaches = [&](std::uint64_t percent) {
    return used / 100 >= space.total / 10000 * percent && space.total > 0;
  };
  if (reaches(95)) return DiskLevel::Used95;
  if (reaches(90)) return DiskLevel::Used90;
  if (reaches(80)) return DiskLevel::Used80;
  return DiskLevel::Fine;
}

SpaceGuard::SpaceGuard(Disk& disk, std::filesystem::path folder, std::uint64_t reserve_bytes)
    : disk_(disk), folder_(std::move(folder)), reserve_(folder_ / kReserveName), reserve_bytes_(reserve_bytes) {
  if (const auto file = disk_.open(reserve_)) has_reserve_ = true;
}

Result<void> SpaceGuard::admit(std::uint64_t bytes) {
  TRY_ASSIGN(DiskSpace space, disk_.space(folder_));
  const std::uint64_t wanted = std::min(reserve_bytes_, space.total / kLargestShare);
  DiskLevel level = level_of(space);
  if (has_reserve_ && (level >= DiskLevel::Used95 || space.free < kSmallestFree + bytes)) {
    TRY(disk_.remove(reserve_));
    has_reserve_ = false;
    TRY_ASSIGN(space, disk_.space(folder_));
  } else if (!has_reserve_ && wanted > 0 && level < DiskLevel::Used90 && space.free > 2 * wanted &&
             !tried_to_reserve_) {
    has_reserve_ = disk_.allocate(reserve_, wanted).has_value();
    tried_to_reserve_ = !has_reserve_;  // a file system that cannot: not at every commit again
  }
  // What the reserve has given back is for others, not for more lines.
  const std::uint64_t left_alone = has_reserve_ ? kSmallestFree : std::max(wanted, kSmallestFree);
  const bool full = space.free < left_alone || space.free - left_alone < bytes;
  if (full) level = DiskLevel::Full;
  const std::scoped_lock lock(mutex_);
  space_ = space;
  level_ = level;
  if (full)
    return fail(ErrorCode::Overloaded, "the disk is full: " + std::to_string(space.free >> 20) + " MiB are left");
  return {};
}

DiskSpace SpaceGuard::space() const {
  const std::scoped_lock lock(mutex_);
  return space_;
}
DiskLevel SpaceGuard::level() const {
  const std::scoped_lock lock(mutex_);
  return level_;
}

}  // namespace yorozu::archive
