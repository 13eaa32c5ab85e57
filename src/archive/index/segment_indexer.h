/// Reads one sealed segment and writes its index: filters, counts, columns. docs/formats/index.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "archive/disk.h"
#include "archive/index/format.h"
#include "archive/stored_lines.h"
#include "base/result.h"

namespace yorozu::archive::index {

/// Where the files of a segment's index stand: "<index>/2026/11/23", the date of the segment's own folder.
std::filesystem::path index_folder_of(const std::filesystem::path& index, const SegmentFile& segment);

/// For one thread; keeps its decoders between segments.
class SegmentIndexer {
 public:
  /// Nothing below `archive` is written. `disk` outlives it.
  SegmentIndexer(Disk& disk, std::filesystem::path archive, std::filesystem::path index);
  ~SegmentIndexer();
  SegmentIndexer(const SegmentIndexer&) = delete;
  SegmentIndexer& operator=(const SegmentIndexer&) = delete;

  /// Both files are whole and durable when this returns, or not there; older ones of that segment are gone before.
  /// Blocks that cannot be read get filters that say nothing. `stop` is asked between blocks. Errors: Cancelled; Io and
  /// the like; Corrupt when no block of the segment can be found; NotFound when it went away.
  Result<SegmentEntry> build(const SegmentFile& segment, const std::function<bool()>& stop);

 private:
  struct Worker;
  Disk& disk_;
  std::filesystem::path archive_, index_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace yorozu::archive::index
