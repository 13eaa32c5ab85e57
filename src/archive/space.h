/// How full the disk is, and the reserve: a file that takes its space while there is plenty and is removed when the
/// disk is nearly full, so that state can still be written and people can log in and clean up.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>

#include "archive/archive.h"
#include "archive/disk.h"

namespace yorozu::archive {

/// 80, 90, 95 percent of what this user can have.
DiskLevel level_of(const DiskSpace& space);

class SpaceGuard {
 public:
  /// `reserve_bytes`: at most a sixteenth of the disk is taken; 0: no reserve.
  SpaceGuard(Disk& disk, std::filesystem::path folder, std::uint64_t reserve_bytes);

  /// Before every commit: looks at the disk, frees the reserve at 95 % and makes it again below 90 %. Errors:
  /// Overloaded when `bytes` more would eat into what is set aside; Io.
  Result<void> admit(std::uint64_t bytes);

  DiskSpace space() const;
  DiskLevel level() const;

 private:
  Disk& disk_;
  std::filesystem::path folder_, reserve_;
  std::uint64_t reserve_bytes_;
  bool has_reserve_ = false, tried_to_reserve_ = false;

  mutable std::mutex mutex_;  // guards what status() shows
  DiskSpace space_;
  DiskLevel level_ = DiskLevel::Fine;
};

}  // namespace yorozu::archive
