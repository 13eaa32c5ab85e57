/// The disk as the archive sees it: few calls, each of which may fail, so that tests can put a simulated disk behind it
/// that drops, tears and reorders what was not synced (simulated_disk.h). Errors: NotFound, Conflict (exists, locked),
/// Overloaded (no space left), Denied, Io. Thread-safe; a file is written by one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "proof/byte_source.h"

namespace yorozu::archive {

/// A file open for reading, and for appending when it was opened so.
class DiskFile : public proof::ByteSource {
 public:
  virtual Result<void> append(ByteView bytes) = 0;
  /// Over what is there.
  virtual Result<void> overwrite(std::uint64_t offset, ByteView bytes) = 0;
  /// fdatasync: what was appended or cut off before stays so after a power cut when this succeeds.
  virtual Result<void> sync() = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
};

/// Held as long as it lives.
class DiskLock {
 public:
  virtual ~DiskLock() = default;
};

struct DiskSpace {
  std::uint64_t total = 0, free = 0;  ///< bytes that this user can have
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<DiskFile>> create(const std::filesystem::path& path) = 0;
  virtual Result<std::unique_ptr<DiskFile>> open(const std::filesystem::path& path) = 0;
  virtual Result<std::unique_ptr<DiskFile>> open_for_appending(const std::filesystem::path& path) = 0;
  /// A file of that size whose space is really taken.
  virtual Result<void> allocate(const std::filesystem::path& path, std::uint64_t bytes) = 0;
  /// Replaces what is at `to`.
  virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  /// A file. Errors: NotFound.
  virtual Result<void> remove(const std::filesystem::path& path) = 0;
  /// The folder and those above it; those that were made survive a power cut.
  virtual Result<void> make_folders(const std::filesystem::path& path) = 0;
  /// fsync of a folder: names made, renamed or removed in it survive a power cut.
  virtual Result<void> sync_folder(const std::filesystem::path& path) = 0;
  /// Names in a folder, sorted; empty when it does not exist.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) = 0;
  virtual Result<DiskSpace> space(const std::filesystem::path& path) = 0;
  /// Errors: Conflict when somebody has it.
  virtual Result<std::unique_ptr<DiskLock>> lock(const std::filesystem::path& path) = 0;
};

/// The real one; lives as long as the program.
Disk& real_disk();

}  // namespace yorozu::archive
