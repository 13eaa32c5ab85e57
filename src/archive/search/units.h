/// What there is to read, cut into units of about a mebibyte and given newest first: blocks of segments and stretches
/// of journals. Segments are opened when their turn comes, so that a question that is soon satisfied opens few.
///
/// **Order.** Each file is known to hold no number above a bound: that of its table once it is open, before that the
/// one below the next file of its kind. Files and units wait in a heap by that bound. So whatever upper() says, all
/// units to come hold numbers at or below it, and rows above it can be given to whoever asked.
///
/// **Completeness while the server seals.** A journal is listed before the segments that are made of it, and removed
/// long after they are there. One that stands in segments already is left out; one that went away between listing and
/// opening is looked for among segments that came meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "archive/disk.h"
#include "archive/search/index_choice.h"
#include "archive/search/search.h"
#include "archive/stored_lines.h"
#include "base/result.h"
#include "proof/segment.h"

namespace yorozu::archive::search {

/// An open segment, shared by the units made of it.
struct OpenSegment {
  SegmentFile name;
  std::unique_ptr<DiskFile> file;
  std::vector<proof::SegmentBlock> blocks;
  std::vector<std::uint64_t> offsets;  ///< one for each block
  bool is_counted = false;             ///< see Units::mark_counted
};

/// An open journal, and how much of it counts.
struct OpenJournal {
  JournalName name;
  std::unique_ptr<DiskFile> file;
};

/// Which numbers count.
struct SeqRange {
  std::uint64_t first = 0;
  std::uint64_t end = UINT64_MAX;  ///< exclusive
  bool contains(std::uint64_t seq) const { return seq >= first && seq < end; }
};

/// About a mebibyte of lines that stand in a row.
struct Unit {
  std::uint64_t upper = 0;                     ///< no line of it has a higher number
  std::shared_ptr<const OpenSegment> segment;  ///< a block of it, or
  std::size_t block = 0;
  std::shared_ptr<const OpenJournal> journal;  ///< records of it from `begin` up to `end`
  std::uint64_t begin = 0, end = 0;
  std::uint8_t groups = kAllGroups;  ///< of a journal: which retention groups count, one bit each
  SeqRange lines;                    ///< of a journal: which lines count
  std::uint64_t disk_bytes = 0;
  bool is_counted = false;  ///< see Units::mark_counted

  /// Relative to the archive folder.
  std::string path() const;
  static constexpr std::uint8_t kAllGroups = (1U << event::kRetentionGroups) - 1;
};

class Units {
 public:
  /// `choice`: what the index says; nullptr: nothing. All that is given outlives it. Errors: Io.
  static Result<Units> list(Disk& disk, std::filesystem::path archive, SeqRange range, IndexChoice* choice,
                            Effort& effort, std::vector<ArchiveDamage>& damages);

  /// Paths of the segments that will be read and lie within the range as a whole.
  std::set<std::string> whole_segments() const;
  /// Events of these were counted by the index: their units say so.
  void mark_counted(const std::set<std::string>& paths);
  /// From now on they are not given any more.
  void leave_out_counted() { leaves_out_counted_ = true; }

  /// Highest number that units to come can hold; nullopt: there are none.
  std::optional<std::uint64_t> upper() const;
  /// The next one; nullopt: there are no more. What cannot be read is reported and passed over. Errors: Io.
  Result<std::optional<Unit>> next();

  /// Lines `first` to `last` of that segment cannot be read: gives them from the journal they came by when it is still
  /// there, else they are reported as lost. To be called before anything below the unit's bound is given away.
  Result<void> replace(const Unit& unit, const Error& why);

  std::uint64_t bytes_total() const { return bytes_total_; }

 private:
  struct Waiting {
    std::uint64_t upper = 0;
    enum class Kind : std::uint8_t { Journal, Segment, Unit } kind = Kind::Unit;
    std::size_t index = 0;  ///< in journals_, segments_ or units_
    bool operator<(const Waiting& other) const { return upper < other.upper; }
  };
  struct WaitingSegment {
    SegmentFile name;
    std::uint64_t upper = 0;
    std::uint64_t disk_bytes = 0;
    bool is_counted = false;
  };
  struct WaitingJournal {
    JournalPart part;
    std::uint8_t groups = 0;  ///< that have to be read
    bool is_counted = false;
  };

  Units(Disk& disk, std::filesystem::path archive, SeqRange range, IndexChoice* choice, Effort& effort,
        std::vector<ArchiveDamage>& damages)
      : disk_(&disk),
        archive_(std::move(archive)),
        range_(range),
        choice_(choice),
        effort_(&effort),
        damages_(&damages) {}

  void add_segments(const SegmentFiles& files);
  Result<void> add_journals(const std::vector<JournalPart>& parts);
  void add_unit(Unit unit);
  Result<void> open_segment(const WaitingSegment& waiting);
  bool is_left_out(const WaitingSegment& waiting);
  void add_blocks(const std::shared_ptr<const OpenSegment>& segment, std::uint64_t last_seq);
  /// Groups of the journal that stand in good segments, one bit each. Damaged ones are left out of the search.
  Result<std::uint8_t> sealed_groups(const JournalPart& part);
  /// Units that overlap `range`, of the lines in `lines`.
  Result<void> cut_journal(const WaitingJournal& waiting, SeqRange range, SeqRange lines);
  Result<void> look_again();
  void report(ArchiveDamage damage);

  Disk* disk_;
  std::filesystem::path archive_;
  SeqRange range_;
  IndexChoice* choice_;
  Effort* effort_;
  std::vector<ArchiveDamage>* damages_;
  std::priority_queue<Waiting> heap_;
  std::vector<WaitingJournal> journals_;
  std::vector<WaitingSegment> segments_;
  std::vector<Unit> units_;
  std::vector<std::size_t> free_units_;
  std::set<std::string> known_;     ///< segments that wait, were opened or are left out
  std::set<std::string> left_out_;  ///< damaged segments whose journal is read instead
  std::uint64_t bytes_total_ = 0;
  bool leaves_out_counted_ = false;
};

}  // namespace yorozu::archive::search
