// Sealing is repeatable: segments get their names from the lines they hold, are written under a temporary name and
// appear whole. A crash anywhere leaves the journal closed, and the next run writes what is missing. The journal goes
// later, and only after every one of its lines was read back from the segments and found to be the same.
#include "archive/sealer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "archive/fault_point.h"
#include "archive/stored_lines.h"
#include "base/assert.h"
#include "base/try.h"
#include "proof/journal.h"
#include "proof/line.h"
#include "proof/segment.h"

namespace yorozu::archive {
namespace {

constexpr std::uint64_t kFullEnoughToHurry = 90;  // percent of the disk
// Level 9 is six times as slow as level 1 and an eighth smaller: nothing where a journal takes an hour, too much where
// it takes a second.
constexpr int kBusyLevel = 1, kQuietLevel = 9;
constexpr std::int64_t kBusyUs = std::int64_t{60} * 1000000;

int level_for(const ArchiveOptions& options, const Journal& journal) {
  if (options.zstd_level != 0) return options.zstd_level;
  const bool busy = journal.sealed_at.known() && journal.sealed_at.us - journal.created.us < kBusyUs &&
                    journal.line_bytes >= options.seal_bytes;
  return busy ? kBusyLevel : kQuietLevel;
}

/// What was never confirmed is no damage.
bool any_damage(const StoredLines& lines) {
  return std::ranges::any_of(lines.damages(), [](const ArchiveDamage& damage) {
    return damage.kind == DamageKind::Lost || damage.kind == DamageKind::Repaired;
  });
}

std::filesystem::path path_of(const std::filesystem::path& folder, const JournalName& name) {
  return folder / kJournalFolder / to_string(name);
}

/// One segment being written. Not inside Outputs: there clang does not know yet how its members begin.
struct Output {
  SegmentFile file;
  bool exists = false;  ///< from an earlier run; its lines are not written again
  std::unique_ptr<DiskFile> disk_file;
  std::unique_ptr<proof::SegmentWriter> writer;
};

}  // namespace

/// Segments being written, one a group.
struct Sealer::Outputs {
  std::array<std::optional<Output>, event::kRetentionGroups> groups;
  std::uint8_t mask = 0;
};

Sealer::Sealer(Disk& disk, std::filesystem::path folder, const ArchiveOptions& options, std::function<Timestamp()> now,
               Catalogue& catalogue)
    : disk_(disk), folder_(std::move(folder)), options_(options), now_(std::move(now)), catalogue_(catalogue) {}

Result<void> Sealer::run(const std::atomic<bool>& stop) {
  for (const Journal& journal : catalogue_.journal_heads()) {
    if (stop) return {};
    if (journal.state != JournalState::Closed) continue;
    TRY(seal(journal, Existing::Keep));
  }
  return remove_old(stop);
}

Result<void> Sealer::seal(const Journal& journal, Existing existing) {
  Outputs outputs;
  if (auto written = write_segments(journal, existing, outputs); !written) {
    for (auto& output : outputs.groups)
      if (output && output->disk_file)
        (void)disk_.remove((folder_ / output->file.path).string() + std::string(kUnfinished));
    return written;
  }
  std::vector<SegmentFile> files;
  for (auto& output : outputs.groups) {
    if (!output) continue;
    files.push_back(output->file);
    if (output->exists) continue;
    const std::filesystem::path path = folder_ / output->file.path;
    YOROZU_FAULT_POINT("seal.written");
    TRY(disk_.rename(path.string() + std::string(kUnfinished), path));
    YOROZU_FAULT_POINT("seal.renamed");
    TRY(disk_.sync_folder(path.parent_path()));
    YOROZU_FAULT_POINT("seal.synced");
  }
  catalogue_.add_segments(files);
  ++sealed_;
  catalogue_.change(journal.name, [&](Journal& it) {
    if (it.state == JournalState::Closed) it.state = JournalState::Sealed;
    it.sealed_as = sealed_;
    it.sealed_at = now_();
  });
  YOROZU_FAULT_POINT("seal.done");
  return {};
}

Result<void> Sealer::write_segments(const Journal& journal, Existing existing, Outputs& outputs) {
  TRY_ASSIGN(const auto source, disk_.open(path_of(folder_, journal.name)));
  TRY_ASSIGN(auto reader, proof::JournalReader::open(*source, journal.end));
  if (journal.begin != 0) reader.seek(journal.begin);
  for (;;) {
    TRY_ASSIGN(const auto step, reader.next());
    if (step.gap)
      report(DamageKind::Lost, journal,
             "at byte " + std::to_string(step.gap->offset) + ", read for sealing: " + step.gap->reason);
    if (!step.record) break;
    std::uint64_t seq = step.record->first_seq;
    proof::RecordLines lines(step.record->lines);
    for (auto line = lines.next(); line; line = lines.next(), ++seq) {
      auto& output = outputs.groups[line->group];
      if (!output) {
        output.emplace();
        outputs.mask = static_cast<std::uint8_t>(outputs.mask | 1U << line->group);
        TRY_ASSIGN(const auto start, proof::parse_line_start(line->line));
        output->file.name = {seq, static_cast<event::RetentionGroup>(line->group)};
        const std::filesystem::path folder = segment_folder(start.received);
        output->file.path = (folder / to_string(output->file.name)).string();
        const std::filesystem::path path = folder_ / output->file.path;
        if (existing == Existing::Keep) {
          TRY_ASSIGN(output->exists, is_sealed_already(journal, output->file.name, path));
        }
        if (output->exists) continue;
        TRY(disk_.make_folders(folder_ / folder));
        const std::string unfinished = path.string() + std::string(kUnfinished);
        if (const auto removed = disk_.remove(unfinished); !removed && removed.error().code != ErrorCode::NotFound)
          return removed;
        TRY_ASSIGN(output->disk_file, disk_.create(unfinished));
        YOROZU_FAULT_POINT("seal.begun");
        proof::SegmentSummary summary;
        summary.range_first = journal.name.first_seq;
        summary.range_last = journal.last_seq;
        summary.group = line->group;
        DiskFile* const file = output->disk_file.get();
        output->writer = std::make_unique<proof::SegmentWriter>(summary, level_for(options_, journal),
                                                                [file](ByteView bytes) { return file->append(bytes); });
      }
      if (!output->exists) TRY(output->writer->add(seq, line->line));
    }
  }
  for (auto& output : outputs.groups) {
    if (!output || output->exists) continue;
    TRY(output->writer->finish(outputs.mask));
    TRY(output->disk_file->sync());
  }
  return {};
}

/// A whole segment of the same journal is there from a run that was interrupted.
Result<bool> Sealer::is_sealed_already(const Journal& journal, const SegmentName& name,
                                       const std::filesystem::path& path) {
  const auto known = catalogue_.segments();
  const auto& group = known[static_cast<std::size_t>(name.group)];
  if (std::ranges::find(group, name, &SegmentFile::name) == group.end()) return false;
  TRY_ASSIGN(const auto file, disk_.open(path));
  const auto reader = proof::SegmentReader::open(*file);
  if (!reader && reader.error().code != ErrorCode::Corrupt) return std::unexpected(reader.error());
  return reader && reader->problem().empty() && reader->summary().range_first == journal.name.first_seq &&
         reader->summary().range_last == journal.last_seq;
}

SegmentFiles Sealer::segments_of(const Journal& journal) const {
  SegmentFiles files = catalogue_.segments();
  for (auto& group : files)
    std::erase_if(group, [&](const SegmentFile& file) {
      return file.name.first_seq < journal.name.first_seq || file.name.first_seq > journal.last_seq;
    });
  return files;
}

Result<void> Sealer::remove_old(const std::atomic<bool>& stop) {
  TRY_ASSIGN(const DiskSpace space, disk_.space(folder_));
  const bool hurry = space.total > 0 && (space.total - space.free) / (space.total / 100 + 1) >= kFullEnoughToHurry;
  for (const Journal& journal : catalogue_.journal_heads()) {
    if (stop) return {};
    if (journal.state != JournalState::Sealed || sealed_ < journal.sealed_as + 2) continue;
    const bool old = now_().us - journal.sealed_at.us >= options_.keep_sealed_journal_us;
    if (!old && !hurry) continue;
    if (journal.has_lines()) {
      TRY_ASSIGN(bool same, is_the_same_in_segments(journal));
      if (!same) {
        catalogue_.change(journal.name, [](Journal& it) { it.state = JournalState::Kept; });
        continue;
      }
    }
    YOROZU_FAULT_POINT("remove.before");
    TRY(disk_.remove(path_of(folder_, journal.name)));
    YOROZU_FAULT_POINT("remove.removed");
    TRY(disk_.sync_folder(folder_ / kJournalFolder));
    catalogue_.remove_journal(journal.name);
  }
  return {};
}

/// Reads both. Segments that are damaged are written again from the journal, once.
Result<bool> Sealer::is_the_same_in_segments(const Journal& journal) {
  JournalPart part;
  part.name = journal.name;
  part.begin = journal.begin;
  if (journal.end != 0) part.end = journal.end;
  part.limit = journal.last_seq + 1;
  for (const bool again : {false, true}) {
    StoredLines::Options options;
    options.from_seq = journal.name.first_seq;
    StoredLines in_journal(disk_, folder_, {{part}, {}}, options);
    StoredLines in_segments(disk_, folder_, {{}, segments_of(journal)}, options);
    bool same = true;
    for (;;) {
      TRY_ASSIGN(const auto one, in_journal.next());
      TRY_ASSIGN(const auto other, in_segments.next());
      if (!one && !other) break;
      if (!one || !other || one->line != other->line || one->group != other->group) {
        same = false;
        break;
      }
    }
    for (const ArchiveDamage& damage : in_journal.damages()) catalogue_.add_damage(damage);
    for (const ArchiveDamage& damage : in_segments.damages()) catalogue_.add_damage(damage);
    if (any_damage(in_journal)) return false;
    if (same && !any_damage(in_segments)) return true;
    if (again || !any_damage(in_segments)) break;
    Journal whole = journal;
    if (whole.end == 0) whole.end = UINT64_MAX;
    TRY(seal(whole, Existing::Replace));
    report(DamageKind::Repaired, journal, "its segments were damaged and have been written again from it");
  }
  report(DamageKind::Lost, journal, "its lines are not the same in the segments made of it");
  return false;
}

void Sealer::report(DamageKind kind, const Journal& journal, std::string detail) {
  ArchiveDamage damage;
  damage.kind = kind;
  damage.file = std::string(kJournalFolder) + "/" + to_string(journal.name);
  damage.detail = std::move(detail);
  catalogue_.add_damage(std::move(damage));
}

}  // namespace yorozu::archive
