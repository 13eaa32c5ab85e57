/// The bytes of a log file by offset, whether they lie there plain or compressed by a rotation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/file.h"
#include "ingest/local/file_identity.h"

namespace yorozu::ingest {

struct ContentStatus {
  Inode inode;
  std::uint64_t size = 0;   ///< as it lies on the disk
  std::uint64_t links = 0;  ///< names it has; 0: deleted
  bool operator==(const ContentStatus&) const = default;
};

class FileContent {
 public:
  virtual ~FileContent() = default;
  /// Bytes at `offset` of the plain text, as many as there are up to to.size(); 0 at its end.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> to) = 0;
  virtual Result<ContentStatus> status() const = 0;
};

/// Errors: Io, NotFound, Denied; Unsupported when it is no regular file.
Result<std::unique_ptr<FileContent>> open_plain(const std::string& path);
/// gzip, xz, zstd, bzip2. Going back reads from the beginning again. Errors: as above; Corrupt while reading.
Result<std::unique_ptr<FileContent>> open_packed(const std::string& path);

/// Up to `size` bytes at `offset`; shorter at the end or on an error.
std::string read_some(FileContent& content, std::uint64_t offset, std::size_t size);

/// The size of the plain text as a gzip file states it, modulo 2^32; nullopt when there is none, as in all others.
std::optional<std::uint32_t> stated_size_of_gzip(const std::string& path);

}  // namespace yorozu::ingest
