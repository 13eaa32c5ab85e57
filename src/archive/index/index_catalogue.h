/// What of an archive is indexed, and how far that can be believed. A file that is damaged, of another version, or made
/// of another segment counts as not there; the reason is said. Reads only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "archive/disk.h"
#include "archive/index/index_file.h"
#include "archive/stored_lines.h"
#include "base/result.h"

namespace yorozu::archive::index {

enum class IndexState : std::uint8_t {
  Good,
  Missing,
  Stale,    ///< made by other code, or of a file that is not this segment
  Damaged,  ///< its checksums do not hold
};
std::string_view to_string(IndexState state);

enum class IndexCheck : std::uint8_t {
  Quick,  ///< tables by checksum, segments and columns by size; filters are checked when they are looked at
  Full,   ///< every byte: of segments by their hash, of filters and columns
};

/// A columns file whose index file is good. Rows of several segments stand in order of `first_row`.
struct ColumnsFile {
  std::filesystem::path path;
  std::uint64_t rows = 0;
  /// Every row is of a segment that is there and Good by this file: nothing has to be left out.
  bool is_whole = true;
};

struct IndexedSegment {
  SegmentFile segment;
  std::uint64_t bytes = 0;  ///< of its file
  IndexState state = IndexState::Missing;
  std::string reason;  ///< why it is not Good
  // When Good; they live as long as the catalogue:
  const IndexFile* file = nullptr;
  const SegmentEntry* entry = nullptr;
  const ColumnsFile* columns = nullptr;  ///< null: columns are missing or damaged, the rest is good
};

class IndexCatalogue {
 public:
  /// `index` need not exist. Errors: Io, about the archive's folders only.
  static Result<IndexCatalogue> open(Disk& disk, const std::filesystem::path& index,
                                     const std::filesystem::path& archive, IndexCheck check = IndexCheck::Quick);

  /// All sealed segments by number of their first line.
  const std::vector<IndexedSegment>& segments() const { return segments_; }
  const std::vector<std::unique_ptr<ColumnsFile>>& columns() const { return columns_; }
  /// Files that no Good segment uses, and what an interrupted indexer left: nothing is lost with them. Some may not be
  /// there.
  const std::vector<std::filesystem::path>& unused() const { return unused_; }
  /// Index files in use with the segments they hold, by path.
  struct UsedFile {
    std::filesystem::path path;
    const IndexFile* file = nullptr;
    std::size_t used = 0;  ///< of its segments
  };
  const std::vector<UsedFile>& used() const { return used_; }

 private:
  struct Opener;
  std::vector<std::unique_ptr<IndexFile>> files_;
  std::vector<std::unique_ptr<ColumnsFile>> columns_;
  std::vector<IndexedSegment> segments_;
  std::vector<std::filesystem::path> unused_;
  std::vector<UsedFile> used_;
};

/// "x.index" -> "x.parquet"
std::filesystem::path columns_path_of(std::filesystem::path index_path);

}  // namespace yorozu::archive::index
