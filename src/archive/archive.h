/// The evidence archive of one data folder: takes batches of lines, makes them durable, seals them, and tells everything
/// above it what was committed. Layout and promises: docs/formats/archive.md.
///
/// One thread writes (`commit`, `seal`); any number reads through the feed and the lists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/disk.h"
#include "base/result.h"
#include "base/time.h"
#include "event/source_class.h"

namespace yorozu::archive {

struct ArchiveOptions {
  std::uint64_t seal_bytes = std::uint64_t{64} << 20;  ///< of raw text in a journal file
  std::int64_t seal_us = std::int64_t{3600} * 1000000;
  std::int64_t keep_sealed_journal_us = std::int64_t{600} * 1000000;
  std::uint64_t reserve_bytes = std::uint64_t{256} << 20;  ///< freed when the disk is nearly full
  int zstd_level = 3;
};

/// A line that waits for its number: what stands behind `{"seq":N,` (proof/line.h).
struct PendingLine {
  event::RetentionGroup group = event::RetentionGroup::Host;
  std::string_view tail;
};

/// Where damage was found, in words and numbers; never hidden, never fatal for the rest.
struct ArchiveDamage {
  std::string file;  ///< relative to the archive folder
  std::uint64_t offset = 0;
  std::uint64_t first_seq = 0, last_seq = 0;  ///< lost or doubtful; 0: none known
  std::string detail;
};

struct SegmentInfo {
  std::string path;  ///< relative to the archive folder
  event::RetentionGroup group;
  std::uint64_t first_seq = 0, last_seq = 0, lines = 0;
  std::uint64_t bytes = 0, raw_bytes = 0;
  Timestamp first_received, last_received;
};

struct CommittedLine {
  std::uint64_t seq = 0;
  event::RetentionGroup group;
  std::string_view line;  ///< from `{` to `}`
};

/// Committed lines in order of seq, from any point on; what everything above the archive follows. Thread-safe.
class CommitFeed {
 public:
  virtual ~CommitFeed() = default;
  /// One past the newest durable line.
  virtual std::uint64_t end() const = 0;
  /// Waits until a line with a seq >= `from` is durable, then calls `each` for lines from there on, at most `max_lines`.
  /// Gives the seq to go on with; the same as `from` when `timeout_us` passed without a line or the feed was closed.
  /// Views live as long as the call of `each`. Ranges that were lost to damage are skipped.
  virtual Result<std::uint64_t> read(std::uint64_t from, std::size_t max_lines, std::int64_t timeout_us,
                                     const std::function<void(const CommittedLine&)>& each) = 0;
  /// Wakes every reader for good.
  virtual void close() = 0;
};

class Archive {
 public:
  /// Opens or makes `folder` (…/archive), takes the lock on it, recovers. Errors: Conflict when another process has it,
  /// Io, Corrupt when not even the newest sequence number can be known.
  static Result<std::unique_ptr<Archive>> open(Disk& disk, const std::filesystem::path& folder,
                                               const ArchiveOptions& options, std::function<Timestamp()> now);
  virtual ~Archive() = default;

  /// The number that the first line of the next batch gets. Gapless, from 1.
  virtual std::uint64_t next_seq() const = 0;
  /// One batch, one journal record, durable when this returns. Errors: Overloaded when the disk is full, Io after a
  /// failed write or fdatasync: nothing of the batch is acknowledged, its numbers are used again.
  virtual Result<void> commit(std::span<const PendingLine> lines) = 0;
  /// Seals the open journal now, or when due (size, age). Called between commits.
  virtual Result<void> seal() = 0;
  virtual Result<void> seal_if_due() = 0;

  virtual CommitFeed& feed() = 0;
  virtual std::vector<SegmentInfo> segments() const = 0;
  /// What recovery and reading found; bounded, with a count of what is not listed.
  virtual std::vector<ArchiveDamage> damages() const = 0;

  /// Keeps an uploaded file whole under files/<sha256>; durable when this returns. `source` may be on another disk.
  virtual Result<std::string> keep_file(const std::filesystem::path& source) = 0;
};

/// Every line of an archive folder, or a copy of one, in order of seq, without a running server and without writing.
/// `each` gives false to stop.
Result<std::vector<ArchiveDamage>> read_archive(Disk& disk, const std::filesystem::path& folder, std::uint64_t from_seq,
                                                const std::function<bool(const CommittedLine&)>& each);

}  // namespace yorozu::archive
