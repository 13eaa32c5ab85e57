/// Uploaded files, kept whole under the hash of their content.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "archive/disk.h"
#include "base/result.h"

namespace yorozu::archive {

class FileStore {
 public:
  FileStore(Disk& disk, std::filesystem::path folder);
  /// SHA-256 in hex. One at a time; the same content twice is kept once.
  Result<std::string> keep(const std::filesystem::path& source);

 private:
  Disk& disk_;
  std::filesystem::path folder_;
  std::mutex mutex_;  // guards the numbering of unfinished files
  std::uint64_t next_ = 1;
};

}  // namespace yorozu::archive
