// A journal is sealed when every group that its segments say it has is there; then it is not read. Every other journal
// is read from its header to its end. The last one is gone on with when nothing of it was sealed yet and no damage
// stands in it; otherwise it is closed, and the next batch begins a new one.
#include "archive/recovery.h"

#include <algorithm>

#include "archive/fault_point.h"
#include "archive/stored_lines.h"
#include "base/try.h"
#include "proof/journal.h"
#include "proof/segment.h"

namespace yorozu::archive {
namespace {

class Recovery {
 public:
  Recovery(Disk& disk, const std::filesystem::path& folder, Timestamp now, Catalogue& catalogue)
      : disk_(disk), folder_(folder), now_(now), catalogue_(catalogue) {}

  Result<Recovered> run() {
    TRY_ASSIGN(auto found, find_files(disk_, folder_));
    TRY(remove_unfinished(found.unfinished));
    files_ = std::move(found.stored);
    for (const auto& group : files_.segments) catalogue_.add_segments(group);
    for (std::size_t i = 0; i < files_.journals.size(); ++i)
      TRY(take_journal(files_.journals[i], i + 1 == files_.journals.size()));
    TRY(look_at_newest_segments());
    return std::move(out_);
  }

 private:
  Result<void> remove_unfinished(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) TRY(disk_.remove(folder_ / path));
    TRY_ASSIGN(const auto names, disk_.list(folder_ / kFileFolder));
    for (const std::string& name : names)
      if (name.ends_with(kUnfinished)) TRY(disk_.remove(folder_ / kFileFolder / name));
    return {};
  }

  enum class Sealed : std::uint8_t { No, Partly, Whole };
  struct SealedState {
    Sealed how = Sealed::No;
    std::uint64_t last_seq = 0;
    std::uint8_t groups = 0;
  };
  /// From the segments whose numbers lie in the journal's range.
  Result<SealedState> sealed_state(const JournalPart& part) {
    SealedState state;
    std::uint8_t there = 0;
    for (const auto& group : files_.segments) {
      const auto first_seq = [](const SegmentFile& file) { return file.name.first_seq; };
      auto at = std::ranges::lower_bound(group, part.name.first_seq, {}, first_seq);
      for (; at != group.end() && at->name.first_seq < part.limit; ++at) {
        if (state.how == Sealed::No) state.how = Sealed::Partly;
        TRY_ASSIGN(const auto file, disk_.open(folder_ / at->path));
        const auto reader = proof::SegmentReader::open(*file);
        if (!reader && reader.error().code != ErrorCode::Corrupt) return std::unexpected(reader.error());
        if (!reader || reader->summary().range_first != part.name.first_seq) continue;
        there = static_cast<std::uint8_t>(there | 1U << reader->summary().group);
        state.groups = reader->summary().range_groups;
        state.last_seq = reader->summary().range_last;
      }
    }
    if (state.groups != 0 && there == state.groups) state.how = Sealed::Whole;
    return state;
  }

  Result<void> take_journal(const JournalPart& part, bool newest) {
    Journal journal;
    journal.name = part.name;
    journal.created = now_;
    out_.next_seq = std::max(out_.next_seq, part.name.first_seq);
    TRY_ASSIGN(const SealedState sealed, sealed_state(part));
    if (sealed.how == Sealed::Whole) {
      journal.state = JournalState::Sealed;
      journal.last_seq = sealed.last_seq;
      journal.groups = sealed.groups;
      journal.sealed_at = now_;
      out_.next_seq = std::max(out_.next_seq, sealed.last_seq + 1);
      catalogue_.add_journal(std::move(journal));
      return {};
    }
    const auto path = folder_ / kJournalFolder / to_string(part.name);
    TRY_ASSIGN(const auto file, disk_.open(path));
    auto reader = proof::JournalReader::open(*file);
    if (!reader && reader.error().code != ErrorCode::Corrupt) return std::unexpected(std::move(reader).error());
    if (!reader) return take_unreadable(journal, *file, newest, reader.error().message);
    return read_journal(std::move(journal), part, *std::move(reader), newest && sealed.how == Sealed::No);
  }

  /// No header and no record. As the newest it was being made when the crash came.
  Result<void> take_unreadable(Journal journal, const DiskFile& file, bool newest, std::string why) {
    TRY_ASSIGN(const std::uint64_t size, file.size());
    report(newest ? DamageKind::TornTail : DamageKind::Lost, journal.name, 0, size, std::move(why));
    if (newest) {
      TRY(disk_.remove(folder_ / kJournalFolder / to_string(journal.name)));
      return disk_.sync_folder(folder_ / kJournalFolder);
    }
    journal.state = JournalState::Kept;
    catalogue_.add_journal(std::move(journal));
    return {};
  }

  Result<void> read_journal(Journal journal, const JournalPart& part, proof::JournalReader reader, bool may_go_on) {
    const proof::JournalHeader header = reader.header();
    const bool has_header = reader.header_problem().empty();
    if (!has_header) report(DamageKind::Repaired, part.name, 0, 0, reader.header_problem());
    if (header.created.known() && has_header) journal.created = header.created;
    bool damaged = !has_header;
    std::uint64_t last_batch = 0, expected = part.name.first_seq;
    journal.begin = journal.end = proof::kJournalHeaderBytes + header.voided_name.size();
    for (;;) {
      TRY_ASSIGN(const auto step, reader.next());
      if (step.gap) {
        const bool torn = step.gap->at_end && part.limit == UINT64_MAX;
        const bool is_void = step.gap->at_end && part.limit <= expected;
        damaged = damaged || (!torn && !is_void);
        report(torn      ? DamageKind::TornTail
               : is_void ? DamageKind::Void
                         : DamageKind::Lost,
               part.name, step.gap->offset, step.gap->bytes, step.gap->reason);
      }
      if (!step.record) break;
      const proof::JournalRecord& record = *step.record;
      if (record.first_seq >= part.limit) {
        report(DamageKind::Void, part.name, record.offset, reader.end() - record.offset,
               "behind a failed write: never confirmed");
        break;
      }
      if (journal.records.empty()) journal.begin = record.offset;
      journal.records.push_back({record.first_seq, record.offset});
      journal.end = record.offset + record.bytes;
      journal.last_seq = record.first_seq + record.count - 1;
      journal.line_bytes += record.lines.size();
      last_batch = record.batch;
      expected = journal.last_seq + 1;
      proof::RecordLines lines(record.lines);
      while (const auto line = lines.next())
        journal.groups = static_cast<std::uint8_t>(journal.groups | 1U << line->group);
    }
    out_.next_seq = std::max(out_.next_seq, journal.last_seq + 1);
    journal.state = JournalState::Closed;
    if (part.limit == UINT64_MAX) TRY(JournalFile::confirm_last_record(disk_, folder_, journal));
    if (may_go_on && !damaged) {
      auto file = JournalFile::reopen(disk_, folder_, journal, header, last_batch);
      if (file) {
        journal.state = JournalState::Open;
        out_.open_journal = *std::move(file);
      } else {
        out_.voided = {to_string(part.name), journal.end};
      }
    }
    if (journal.state == JournalState::Closed && !journal.has_lines()) {
      journal.state = damaged ? JournalState::Kept : JournalState::Sealed;
      journal.sealed_at = now_;
    }
    catalogue_.add_journal(std::move(journal));
    return {};
  }

  /// The newest number may stand in a segment alone: journals go when they are old.
  Result<void> look_at_newest_segments() {
    bool any = false, known = !files_.journals.empty();
    for (const auto& group : files_.segments) {
      if (group.empty()) continue;
      any = true;
      out_.next_seq = std::max(out_.next_seq, group.back().name.first_seq + 1);
      TRY_ASSIGN(const auto file, disk_.open(folder_ / group.back().path));
      const auto reader = proof::SegmentReader::open(*file);
      if (!reader) continue;
      known = true;
      out_.next_seq = std::max({out_.next_seq, reader->summary().range_last + 1, reader->summary().last_seq + 1});
    }
    if (any && !known)
      return fail(ErrorCode::Corrupt, folder_.string() + ": no journal, and no newest segment can be read");
    return {};
  }

  void report(DamageKind kind, const JournalName& name, std::uint64_t offset, std::uint64_t bytes, std::string text) {
    ArchiveDamage damage;
    damage.kind = kind;
    damage.file = std::string(kJournalFolder) + "/" + to_string(name);
    damage.offset = offset;
    damage.bytes = bytes;
    damage.detail = std::move(text);
    catalogue_.add_damage(std::move(damage));
  }

  Disk& disk_;
  const std::filesystem::path& folder_;
  Timestamp now_;
  Catalogue& catalogue_;
  StoredFiles files_;
  Recovered out_;
};

}  // namespace

Result<Recovered> recover(Disk& disk, const std::filesystem::path& folder, Timestamp now, Catalogue& catalogue) {
  return Recovery(disk, folder, now, catalogue).run();
}

}  // namespace yorozu::archive
