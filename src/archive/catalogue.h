/// What the archive knows of its files: journals with the places of their records, segments by group. Written by the
/// committing and the sealing thread, read by the feed and the lists. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "archive/disk.h"
#include "archive/layout.h"

namespace yorozu::archive {

enum class JournalState : std::uint8_t {
  Open,    ///< batches are appended
  Closed,  ///< waits for the sealer
  Sealed,  ///< its lines stand in segments, or it has none
  Kept,    ///< sealed, and something in it is damaged: a person may want to look
};

struct RecordPlace {
  std::uint64_t first_seq = 0, offset = 0;
};

struct Journal {
  JournalName name;
  JournalState state = JournalState::Open;
  std::uint64_t last_seq = 0;        ///< 0: no line
  std::uint64_t begin = 0, end = 0;  ///< offsets: behind the header, behind the last confirmed record
  std::uint64_t line_bytes = 0;
  std::uint8_t groups = 0;  ///< one bit each
  Timestamp created;
  std::vector<RecordPlace> records;  ///< empty when it was found sealed
  std::uint64_t sealed_as = 0;       ///< its place in the order of sealing
  Timestamp sealed_at;               ///< of a closed one: when it was closed

  bool has_lines() const { return last_seq != 0; }
};

struct SegmentFile {
  SegmentName name;
  std::string path;  ///< relative to the archive folder
};
using SegmentFiles = std::array<std::vector<SegmentFile>, event::kRetentionGroups>;  ///< each sorted by first_seq

class Catalogue {
 public:
  void add_journal(Journal journal);
  /// Changes one journal under the lock; it is there.
  void change(const JournalName& name, const std::function<void(Journal&)>& edit);
  void remove_journal(const JournalName& name);
  std::vector<Journal> journals() const;
  /// Without the places of records.
  std::vector<Journal> journal_heads() const;
  std::optional<Journal> find(const JournalName& name) const;

  void add_segments(const std::vector<SegmentFile>& files);
  SegmentFiles segments() const;

  void add_damage(ArchiveDamage damage);
  std::vector<ArchiveDamage> damages() const;

 private:
  mutable std::mutex mutex_;  // guards all below
  std::map<JournalName, Journal> journals_;
  SegmentFiles segments_;
  std::vector<ArchiveDamage> damages_;
  std::uint64_t damages_not_listed_ = 0;
};

}  // namespace yorozu::archive
