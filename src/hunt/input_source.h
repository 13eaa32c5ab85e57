/// Bytes of one log, from the front to the back: a file, standard input, or a member of an archive
/// (hunt/input_archive.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/time.h"

namespace yorozu::hunt {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Next bytes; 0 only at the end. Errors end the source.
  virtual Result<std::size_t> read(std::span<std::uint8_t> to) = 0;
  /// At the end: bytes that were there when the source was opened and are gone.
  virtual std::uint64_t missing() const { return 0; }
  /// At the end: what was passed over because it is damaged.
  virtual std::vector<std::string> damages() const { return {}; }
};

/// A file as it was when it was opened: what is appended later is not read, what is missing at the end is told by
/// `missing()`.
class FileSource final : public ByteSource {
 public:
  /// "-" is standard input. Errors: NotFound, Denied, Io; Unsupported when it is no regular file.
  static Result<std::unique_ptr<FileSource>> open(const std::string& path);

  Result<std::size_t> read(std::span<std::uint8_t> to) override;

  /// For archives. Standard input cannot seek.
  bool can_seek() const { return can_seek_; }
  void seek(std::uint64_t offset) { at_ = offset; }
  std::uint64_t position() const { return at_; }
  std::uint64_t size() const { return size_; }
  Timestamp written() const { return written_; }
  std::uint64_t missing() const override { return missing_; }
  /// All bytes ever read, for progress and for ratios.
  std::uint64_t total_read() const { return total_read_; }

 private:
  explicit FileSource(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
  bool can_seek_ = true;
  std::uint64_t size_ = 0;  ///< 0 for files that do not know (procfs, pipes): then to the end
  std::uint64_t at_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t total_read_ = 0;
  Timestamp written_;
};

/// Gives `head` again before the rest of `source`.
class HeadedSource final : public ByteSource {
 public:
  HeadedSource(std::vector<std::uint8_t> head, std::unique_ptr<ByteSource> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}
  Result<std::size_t> read(std::span<std::uint8_t> to) override;
  std::uint64_t missing() const override { return rest_->missing(); }
  std::vector<std::string> damages() const override { return rest_->damages(); }

 private:
  std::vector<std::uint8_t> head_;
  std::size_t given_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

/// Reads until `to` is full or the source ends; an error after some bytes counts as the end and is kept in `error`.
std::size_t read_full(ByteSource& source, std::span<std::uint8_t> to, Result<void>& error);

}  // namespace yorozu::hunt
