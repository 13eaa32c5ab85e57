/// The evidence archive of one data folder: takes batches of lines, makes them durable, seals them, and tells
/// everything above it what was committed. Layout and promises: docs/formats/archive.md.
///
/// One thread writes (`commit`, `seal`, `seal_if_due`); any number reads through the feed, the lists and `status`.
/// Sealing has a thread of its own, so that a commit waits for the disk alone.
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

/// Where segments are made.
enum class Sealing : std::uint8_t {
  Background,  ///< on a thread of the archive
  WhenCalled,  ///< inside seal() and seal_if_due(): one order of disk calls, for tests
};

struct ArchiveOptions {
  std::uint64_t seal_bytes = std::uint64_t{64} << 20;  ///< of lines in a journal file
  std::int64_t seal_us = std::int64_t{3600} * 1000000;
  std::int64_t keep_sealed_journal_us = std::int64_t{600} * 1000000;
  std::uint64_t reserve_bytes = std::uint64_t{256} << 20;  ///< freed when the disk is nearly full; 0: no reserve
  std::uint64_t tail_bytes = std::uint64_t{16} << 20;      ///< newest lines kept in memory for the feed
  /// 0: by load. A journal that was full within a minute is packed at level 1, a quiet one at level 9.
  int zstd_level = 0;
  Sealing sealing = Sealing::Background;
  std::function<std::uint64_t()> random = {};  ///< 64 random bits for markers; empty: those of the system
};

/// A line that waits for its number: what stands behind `{"seq":N,` (proof/line.h).
struct PendingLine {
  event::RetentionGroup group = event::RetentionGroup::Host;
  std::string_view tail;
};

enum class DamageKind : std::uint8_t {
  Lost,      ///< lines that were committed cannot be read any more, or nobody knows which
  Repaired,  ///< damage that cost no line: the same lines stand elsewhere, or only a table was hit
  TornTail,  ///< the write that a crash interrupted: never acknowledged
  Void,      ///< behind a failed write: never acknowledged
};
std::string_view to_string(DamageKind kind);

/// Where damage was found, in words and numbers; never hidden, never fatal for the rest.
struct ArchiveDamage {
  DamageKind kind = DamageKind::Lost;
  std::string file;  ///< relative to the archive folder; "": no file holds what is missing
  std::uint64_t offset = 0, bytes = 0;
  std::uint64_t first_seq = 0, last_seq = 0;  ///< what is lost lies between these; 0: none known
  std::uint64_t lines = 0;                    ///< how many are lost, when known
  std::string detail;
};

struct SegmentInfo {
  std::string path;  ///< relative to the archive folder
  event::RetentionGroup group = event::RetentionGroup::Host;
  std::uint64_t first_seq = 0, last_seq = 0, lines = 0;
  std::uint64_t bytes = 0, raw_bytes = 0;  ///< of the file, of the lines in it
  Timestamp first_received, last_received;
};

struct CommittedLine {
  std::uint64_t seq = 0;
  event::RetentionGroup group = event::RetentionGroup::Host;
  std::string_view line;  ///< from `{` to `}`
};

/// Committed lines in order of seq, from any point on; what everything above the archive follows. Thread-safe.
class CommitFeed {
 public:
  virtual ~CommitFeed() = default;
  /// One past the newest durable line.
  virtual std::uint64_t end() const = 0;
  /// Waits until a line with a seq >= `from` is durable, then calls `each` for lines from there on, at most
  /// `max_lines`. Gives the seq to go on with; the same as `from` when `timeout_us` passed without a line or the feed
  /// was closed (what is there already is given even then). Views live as long as the call of `each`. Ranges that were
  /// lost to damage are skipped.
  virtual Result<std::uint64_t> read(std::uint64_t from, std::size_t max_lines, std::int64_t timeout_us,
                                     const std::function<void(const CommittedLine&)>& each) = 0;
  /// Wakes every reader for good.
  virtual void close() = 0;
};

enum class DiskLevel : std::uint8_t { Fine, Used80, Used90, Used95, Full };  ///< Full: commits are refused
std::string_view to_string(DiskLevel level);

struct ArchiveStatus {
  std::uint64_t next_seq = 1;
  std::uint64_t unsealed_journals = 0;  ///< the open one and those that wait for the sealer
  std::uint64_t unsealed_bytes = 0;
  DiskLevel disk = DiskLevel::Fine;
  DiskSpace space;
  std::string write_problem;    ///< why the last commit failed; "" after one that succeeded
  std::string sealing_problem;  ///< why the last sealing failed; it is tried again
  std::uint64_t failed_commits = 0;
};

class Archive {
 public:
  /// Opens or makes `folder` (…/archive), takes the lock on it, recovers. Errors: Conflict when another process has it,
  /// Io, Corrupt when not even the newest sequence number can be known.
  static Result<std::unique_ptr<Archive>> open(Disk& disk, const std::filesystem::path& folder,
                                               const ArchiveOptions& options, std::function<Timestamp()> now);
  /// Waits for the journal that is being sealed, not for those behind it: they are sealed after the next start.
  virtual ~Archive() = default;

  /// The number that the first line of the next batch gets. Gapless, from 1.
  virtual std::uint64_t next_seq() const = 0;
  /// One batch, one journal record, durable when this returns; no lines: nothing. Errors: Overloaded when the disk is
  /// full, Io after a failed write or fdatasync: nothing of the batch is acknowledged, its numbers are used again.
  /// InvalidInput for a line beyond proof::kMaxLineBytes or a batch beyond proof::kMaxRecordBytes. The next call tries
  /// anew, in a new journal file where the old one failed.
  virtual Result<void> commit(std::span<const PendingLine> lines) = 0;
  /// Closes the open journal now, or when due (size, age), and has it sealed. Called between commits. Errors: with
  /// Sealing::WhenCalled those of sealing; nothing is lost, the next call tries again.
  virtual Result<void> seal() = 0;
  virtual Result<void> seal_if_due() = 0;
  /// Waits until nothing waits for the sealer any more. Errors: why sealing failed, Timeout.
  virtual Result<void> wait_until_sealed(std::int64_t timeout_us) = 0;

  virtual CommitFeed& feed() = 0;
  virtual std::vector<SegmentInfo> segments() const = 0;
  virtual ArchiveStatus status() const = 0;
  /// What recovery, sealing and reading found; the first kMaxDamages, and one that counts the rest.
  virtual std::vector<ArchiveDamage> damages() const = 0;
  static constexpr std::size_t kMaxDamages = 1000;

  /// Keeps an uploaded file whole under files/<sha256> and gives that name's hash; durable when this returns. `source`
  /// may be on another disk. Thread-safe.
  virtual Result<std::string> keep_file(const std::filesystem::path& source) = 0;
};

/// Every line of an archive folder, or a copy of one, in order of seq, without a running server and without writing.
/// Where a line stands in a journal and in a segment, both are compared. `each` gives false to stop.
Result<std::vector<ArchiveDamage>> read_archive(Disk& disk, const std::filesystem::path& folder, std::uint64_t from_seq,
                                                const std::function<bool(const CommittedLine&)>& each);

}  // namespace yorozu::archive
