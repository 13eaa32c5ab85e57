/// One index file: what is known of one segment, or of several that were merged. Nothing that stands in it is believed
/// before its checksum was: the tables when it is opened, filters page by page as they are looked at. Reads by
/// position; thread-safe once open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "archive/disk.h"
#include "archive/index/format.h"
#include "base/buffer.h"
#include "base/result.h"

namespace yorozu::archive::index {

/// Of the columns file with the same stem; bytes 0: there is none.
struct ColumnsStamp {
  std::uint64_t bytes = 0, hash = 0;  ///< hash64 of the whole file
  bool operator==(const ColumnsStamp&) const = default;
};

class IndexFile {
 public:
  /// Errors: NotFound, Io; Corrupt; Unsupported for a file of another kIndexVersion.
  static Result<IndexFile> open(std::unique_ptr<const proof::ByteSource> source);
  static Result<IndexFile> open(Disk& disk, const std::filesystem::path& path);

  const std::vector<SegmentEntry>& segments() const { return segments_; }
  const ColumnsStamp& columns() const { return columns_; }
  /// Where filters end: the bytes that merging copies.
  std::uint64_t data_bytes() const { return data_bytes_; }

  /// False: it is sure that no line there has all of `tokens`. Errors: Io; Corrupt when what had to be read is damaged.
  Result<bool> may_contain(const FilterPlace& filter, std::span<const Token> tokens) const;
  /// Every byte of it. Errors: Io, Corrupt.
  Result<void> verify() const;
  /// Filter bytes, checked. Errors: Io, Corrupt.
  Result<void> read_data(std::uint64_t offset, std::span<std::uint8_t> to) const;

 private:
  IndexFile() = default;
  Result<void> read_page(std::uint64_t page, std::span<std::uint8_t> to) const;

  std::unique_ptr<const proof::ByteSource> source_;
  std::uint64_t data_bytes_ = 0;
  ColumnsStamp columns_;
  std::vector<SegmentEntry> segments_;
  std::vector<std::uint64_t> page_sums_;
};

/// Writes an index file front to back: filters as they come, then the tables.
class IndexFileWriter {
 public:
  /// `file` is empty.
  explicit IndexFileWriter(DiskFile& file) : file_(file) {}

  /// Gives the place of the filter.
  Result<FilterPlace> add_filter(const FuseFilter& filter);
  /// A segment of another file, with its filters.
  Result<void> add_merged(const IndexFile& from, const SegmentEntry& entry, std::uint64_t first_row);
  /// Its filters were added here.
  void add_segment(SegmentEntry entry) { segments_.push_back(std::move(entry)); }
  /// Tables and trailer; not synced.
  Result<void> finish(const ColumnsStamp& columns);

 private:
  Result<void> write(ByteView bytes);
  Result<void> flush_pages(std::size_t keep);

  DiskFile& file_;
  std::uint64_t size_ = 0;
  std::vector<std::uint8_t> pending_;
  std::vector<std::uint64_t> page_sums_;
  std::vector<SegmentEntry> segments_;
};

}  // namespace yorozu::archive::index
