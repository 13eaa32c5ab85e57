/// Files, at the edge: RAII descriptors, positioned reads, atomic writes, temporary folders. Errors: Io, NotFound,
/// Denied, with the path in the message.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace yorozu {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }
  /// Gives it away: whoever takes it closes it.
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

Result<Fd> open_for_reading(const std::filesystem::path& path);
/// Bytes at `offset`, as many as there are up to to.size(); fewer only at the end of the file.
Result<std::size_t> read_at(const Fd& fd, std::uint64_t offset, std::span<std::uint8_t> to);
Result<std::uint64_t> file_size(const Fd& fd);

/// Whole file; Overloaded when it is larger than `limit`.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit = std::uint64_t{1} << 30);
/// Temporary name beside it, fsync, rename: readers see the old file or the new one, never half. Mode 0600 by default.
Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content, unsigned mode = 0600);
Result<void> write_all(const Fd& fd, std::string_view content);

/// A folder under the system's temporary folder, mode 0700, removed with everything in it.
class TempDir {
 public:
  static Result<TempDir> make(std::string_view prefix = "yorozu");
  TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDir& operator=(TempDir&&) = delete;
  ~TempDir();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace yorozu
