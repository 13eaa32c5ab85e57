/// The disk as the archive sees it: few calls, each of which may fail, so that tests can put a simulated disk behind it
/// that drops, tears and reorders what was not synced (simulated_disk.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace yorozu::archive {

/// A file open for appending or reading.
class DiskFile {
 public:
  virtual ~DiskFile() = default;
  virtual Result<void> append(ByteView bytes) = 0;
  /// fdatasync: what was appended survives a power cut when this succeeds.
  virtual Result<void> sync() = 0;
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> to) const = 0;
  virtual Result<std::uint64_t> size() const = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
};

class Disk {
 public:
  virtual ~Disk() = default;
  /// Errors: Conflict when it exists.
  virtual Result<std::unique_ptr<DiskFile>> create(const std::filesystem::path& path) = 0;
  virtual Result<std::unique_ptr<DiskFile>> open(const std::filesystem::path& path) = 0;
  virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual Result<void> remove(const std::filesystem::path& path) = 0;
  virtual Result<void> make_folders(const std::filesystem::path& path) = 0;
  /// fsync of a folder: names made, renamed or removed in it survive a power cut.
  virtual Result<void> sync_folder(const std::filesystem::path& path) = 0;
  /// Names in a folder, sorted; empty when it does not exist.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) = 0;
  virtual Result<std::uint64_t> free_bytes(const std::filesystem::path& path) = 0;
};

/// The real one; lives as long as the program.
Disk& real_disk();

}  // namespace yorozu::archive
