/// Which files are meant: patterns of absolute paths to the files that are there now.
///
/// In a pattern `*`, `?` and `[...]` stand within one name, `**` for any number of folders. A folder that is named
/// without wildcards means everything below it. Names that begin with a dot are passed over, unless written out. Links
/// found by a wildcard are followed when their owner is root, this user, or the owner of the target: who may write into
/// one log folder must not choose which other files are read. A file with several names is one file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/local/file_identity.h"
#include "ingest/local/file_problem.h"

namespace yorozu::ingest {

struct FoundFile {
  std::string path;
  Inode inode;
  std::uint64_t size = 0;
  Timestamp modified;
};

struct Found {
  std::vector<FoundFile> files;      ///< in order of path; each inode once
  std::vector<std::string> folders;  ///< in which something may appear, in order
  std::vector<FileProblem> problems;
};

class FileFinder {
 public:
  static constexpr std::size_t kMaxFiles = 100'000;
  static constexpr int kMaxDepth = 32;

  /// Errors: InvalidInput for a pattern that is not an absolute path.
  static Result<FileFinder> make(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude);

  /// Walks the disk.
  Found find() const;
  /// Whether a file of that name is meant; does not look at the disk.
  bool wants(std::string_view path) const;
  /// Whether a folder of that name may hold something that is meant, at any depth.
  bool may_lead_to(std::string_view path) const;

 private:
  bool excludes(std::string_view path) const;

  using Pattern = std::vector<std::string>;  ///< names between the slashes
  struct Walk;

  std::vector<Pattern> patterns_, exclude_;
};

/// The file of that name; nullopt when it is no regular file, gone, or behind a link that is not followed.
std::optional<FoundFile> look_at(const std::string& path);

}  // namespace yorozu::ingest
