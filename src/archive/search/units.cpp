#include "archive/search/units.h"

#include <algorithm>
#include <system_error>

#include "archive/layout.h"
#include "base/try.h"
#include "proof/journal.h"

namespace yorozu::archive::search {
namespace {

constexpr std::size_t kMaxDamages = 1000;

std::string path_of(const JournalName& name) {
  return std::string(kJournalFolder) + "/" + to_string(name);
}

std::uint64_t bytes_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

bool overlaps(SeqRange range, std::uint64_t first, std::uint64_t last) {
  return first < range.end && last >= range.first;
}

}  // namespace

std::string Unit::path() const {
  return segment ? segment->name.path : path_of(journal->name);
}

Result<Units> Units::list(Disk& disk, std::filesystem::path archive, SeqRange range, IndexChoice* choice,
                          Effort& effort, std::vector<ArchiveDamage>& damages) {
  TRY_ASSIGN(auto found, find_files(disk, archive));
  Units units(disk, std::move(archive), range, choice, effort, damages);
  units.add_segments(found.stored.segments);
  TRY(units.add_journals(found.stored.journals));
  return units;
}

void Units::add_segments(const SegmentFiles& files) {
  for (const auto& group : files)
    for (std::size_t i = 0; i < group.size(); ++i) {
      std::uint64_t upper = i + 1 < group.size() ? group[i + 1].name.first_seq - 1 : UINT64_MAX;
      const index::SegmentEntry* entry = choice_ == nullptr ? nullptr : choice_->entry_of(group[i]);
      if (entry != nullptr) upper = std::min(upper, entry->last_seq);
      if (!known_.insert(group[i].path).second || !overlaps(range_, group[i].name.first_seq, upper)) continue;
      ++effort_->segments;
      const std::uint64_t bytes = bytes_of(archive_ / group[i].path);
      bytes_total_ += bytes;
      heap_.push({upper, Waiting::Kind::Segment, segments_.size()});
      segments_.push_back({group[i], upper, bytes, false});
    }
}

/// Which of them have to be read is decided now: where a journal and a damaged segment of it are there, the journal is.
Result<void> Units::add_journals(const std::vector<JournalPart>& parts) {
  for (const JournalPart& part : parts) {
    if (part.name.first_seq >= range_.end || part.limit <= range_.first) continue;
    TRY_ASSIGN(const std::uint8_t sealed, sealed_groups(part));
    journals_.push_back({part, static_cast<std::uint8_t>(Unit::kAllGroups & ~sealed), false});
    if (sealed == Unit::kAllGroups) continue;
    const std::uint64_t upper = part.limit == UINT64_MAX ? UINT64_MAX : part.limit - 1;
    heap_.push({upper, Waiting::Kind::Journal, journals_.size() - 1});
  }
  return {};
}

void Units::add_unit(Unit unit) {
  std::size_t index = units_.size();
  if (free_units_.empty()) {
    units_.emplace_back();
  } else {
    index = free_units_.back();
    free_units_.pop_back();
  }
  heap_.push({unit.upper, Waiting::Kind::Unit, index});
  units_[index] = std::move(unit);
}

std::optional<std::uint64_t> Units::upper() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.top().upper;
}

Result<std::optional<Unit>> Units::next() {
  while (!heap_.empty()) {
    const Waiting top = heap_.top();
    if (top.kind == Waiting::Kind::Unit) {
      heap_.pop();
      free_units_.push_back(top.index);
      return std::move(units_[top.index]);
    }
    heap_.pop();
    if (top.kind == Waiting::Kind::Segment)
      TRY(open_segment(segments_[top.index]));
    else
      TRY(cut_journal(WaitingJournal(journals_[top.index]), range_, {}));
  }
  return std::nullopt;
}

std::set<std::string> Units::whole_segments() const {
  std::set<std::string> out;
  for (const WaitingSegment& segment : segments_)
    if (!left_out_.contains(segment.name.path) && segment.name.name.first_seq >= range_.first &&
        segment.upper < range_.end)
      out.insert(segment.name.path);
  return out;
}

void Units::mark_counted(const std::set<std::string>& paths) {
  for (WaitingSegment& segment : segments_) segment.is_counted = paths.contains(segment.name.path);
}

/// Without a look at the file.
bool Units::is_left_out(const WaitingSegment& waiting) {
  if (left_out_.contains(waiting.name.path)) return true;
  if (waiting.is_counted && leaves_out_counted_) {
    ++effort_->segments_by_columns;
    return true;
  }
  if (choice_ == nullptr) return false;
  const IndexChoice::Verdict verdict = choice_->look_at(waiting.name);
  if (verdict == IndexChoice::Verdict::LeftOutByTime) ++effort_->segments_by_time;
  if (verdict == IndexChoice::Verdict::LeftOutByFilter) ++effort_->segments_by_filter;
  return verdict != IndexChoice::Verdict::Read;
}

Result<void> Units::open_segment(const WaitingSegment& waiting) {
  if (is_left_out(waiting)) {
    bytes_total_ -= std::min(bytes_total_, waiting.disk_bytes);
    return {};
  }
  const SegmentFile name = waiting.name;
  auto segment = std::make_shared<OpenSegment>();
  segment->name = name;
  segment->is_counted = waiting.is_counted;
  ArchiveDamage damage;
  damage.file = name.path;
  damage.first_seq = name.name.first_seq;
  damage.last_seq = waiting.upper == UINT64_MAX ? name.name.first_seq : waiting.upper;
  auto file = disk_->open(archive_ / name.path);
  if (!file) {
    if (file.error().code != ErrorCode::NotFound) return std::unexpected(std::move(file).error());
    damage.detail = "the file went away while it was searched";
    report(std::move(damage));
    return {};
  }
  segment->file = *std::move(file);
  const auto reader = proof::SegmentReader::open(*segment->file);
  if (!reader) {
    if (reader.error().code != ErrorCode::Corrupt) return std::unexpected(reader.error());
    damage.detail = reader.error().message;
    report(std::move(damage));
    return {};
  }
  if (!reader->problem().empty()) {
    damage.detail = reader->problem();
    report(std::move(damage));
  }
  segment->blocks = reader->summary().blocks;
  for (std::size_t i = 0; i < segment->blocks.size(); ++i) segment->offsets.push_back(reader->offset_of(i));
  add_blocks(segment, reader->summary().last_seq);
  return {};
}

void Units::add_blocks(const std::shared_ptr<const OpenSegment>& segment, std::uint64_t last_seq) {
  const auto& blocks = segment->blocks;
  effort_->blocks += blocks.size();
  std::vector<IndexChoice::Verdict> verdicts(blocks.size(), IndexChoice::Verdict::Read);
  if (choice_ != nullptr) verdicts = choice_->look_at_blocks(segment->name, blocks);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::uint64_t upper = i + 1 < blocks.size() ? blocks[i + 1].first_seq - 1 : last_seq;
    if (!overlaps(range_, blocks[i].first_seq, upper)) continue;
    if (verdicts[i] != IndexChoice::Verdict::Read) {
      ++(verdicts[i] == IndexChoice::Verdict::LeftOutByTime ? effort_->blocks_by_time : effort_->blocks_by_filter);
      bytes_total_ -= std::min<std::uint64_t>(bytes_total_, blocks[i].packed_bytes);
      continue;
    }
    Unit unit;
    unit.upper = upper;
    unit.segment = segment;
    unit.block = i;
    unit.disk_bytes = blocks[i].packed_bytes;
    unit.is_counted = segment->is_counted;
    add_unit(std::move(unit));
  }
}

Result<std::uint8_t> Units::sealed_groups(const JournalPart& part) {
  std::uint8_t there = 0, expected = 0;
  std::vector<std::string> damaged;
  for (const WaitingSegment& waiting : segments_) {
    if (waiting.name.name.first_seq < part.name.first_seq || waiting.name.name.first_seq >= part.limit) continue;
    const auto file = disk_->open(archive_ / waiting.name.path);
    if (!file) continue;
    const auto reader = proof::SegmentReader::open(**file);
    if (!reader && reader.error().code != ErrorCode::Corrupt) return std::unexpected(reader.error());
    if (!reader || !reader->problem().empty()) {
      damaged.push_back(waiting.name.path);
      continue;
    }
    if (reader->summary().range_first != part.name.first_seq) continue;
    there = static_cast<std::uint8_t>(there | 1U << reader->summary().group);
    expected = reader->summary().range_groups;
  }
  for (std::string& path : damaged) left_out_.insert(std::move(path));
  if (expected != 0 && (expected & ~there) == 0 && damaged.empty()) return Unit::kAllGroups;
  return there;
}

/// Records in a row until their lines make a unit. The journal is read once here for the places of its records, and its
/// units later: it is at most some tens of mebibytes, and memory does not depend on it.
Result<void> Units::cut_journal(const WaitingJournal& waiting, SeqRange range, SeqRange lines) {
  const JournalPart& part = waiting.part;
  auto journal = std::make_shared<OpenJournal>();
  journal->name = part.name;
  auto file = disk_->open(archive_ / path_of(part.name));
  if (!file && file.error().code == ErrorCode::NotFound) return look_again();
  if (!file) return std::unexpected(std::move(file).error());
  journal->file = *std::move(file);

  ArchiveDamage damage;
  damage.file = path_of(part.name);
  const bool newest = part.limit == UINT64_MAX;
  auto reader = proof::JournalReader::open(*journal->file);
  if (!reader) {
    if (reader.error().code != ErrorCode::Corrupt) return std::unexpected(std::move(reader).error());
    if (newest) return {};  // it was being made
    damage.first_seq = part.name.first_seq;
    damage.last_seq = part.limit - 1;
    damage.detail = reader.error().message;
    report(std::move(damage));
    return {};
  }
  // Units begin at the same records whatever is asked for, so that events of several frames do not depend on it.
  Unit unit;
  std::uint64_t text = 0, unit_first = 0, expected = part.name.first_seq;
  const auto close = [&] {
    if (text != 0 && overlaps(range, unit_first, unit.upper)) {
      bytes_total_ += unit.disk_bytes;
      add_unit(std::move(unit));
    }
    unit = {};
    text = 0;
  };
  for (;;) {
    TRY_ASSIGN(const auto step, reader->next());
    if (step.gap) {
      const std::uint64_t behind = step.record ? std::min(step.record->first_seq, part.limit) : part.limit;
      // Behind the last record of the newest one stands what was being written, behind that of others what is void.
      if (behind > expected && !(step.gap->at_end && newest)) {
        damage.offset = step.gap->offset;
        damage.bytes = step.gap->bytes;
        damage.first_seq = expected;
        damage.last_seq = behind - 1;
        damage.detail = step.gap->reason;
        report(damage);
      }
      close();
    }
    if (!step.record || step.record->first_seq >= part.limit) break;
    const proof::JournalRecord& record = *step.record;
    expected = record.first_seq + record.count;
    if (text == 0) {
      unit_first = record.first_seq;
      unit.journal = journal;
      unit.begin = record.offset;
      unit.groups = waiting.groups;
      unit.is_counted = waiting.is_counted;
      unit.lines = lines;
    }
    unit.upper = expected - 1;
    unit.end = record.offset + record.bytes;
    unit.disk_bytes += record.bytes;
    text += record.lines.size();
    if (text >= proof::kBlockBytes) close();
  }
  close();
  return {};
}

/// A journal went away: it was sealed, and its segments are there by now.
Result<void> Units::look_again() {
  TRY_ASSIGN(auto found, find_files(*disk_, archive_));
  for (const std::string& path : left_out_) known_.erase(path);
  left_out_.clear();
  add_segments(found.stored.segments);
  return {};
}

Result<void> Units::replace(const Unit& unit, const Error& why) {
  if (unit.segment) {
    const std::uint64_t first = unit.segment->blocks[unit.block].first_seq;
    const auto holds = [&](const WaitingJournal& journal) {
      return journal.part.name.first_seq <= first && first < journal.part.limit;
    };
    const auto journal = std::ranges::find_if(journals_, holds);
    const auto group = static_cast<std::uint8_t>(1U << static_cast<unsigned>(unit.segment->name.name.group));
    const SeqRange lost{first, unit.upper + 1};
    if (journal != journals_.end() && disk_->open(archive_ / path_of(journal->part.name)))
      return cut_journal({journal->part, group, unit.is_counted}, lost, lost);
  }
  ArchiveDamage damage;
  damage.file = unit.path();
  damage.offset = unit.segment ? unit.segment->offsets[unit.block] : unit.begin;
  damage.bytes = unit.disk_bytes;
  damage.first_seq = unit.segment ? unit.segment->blocks[unit.block].first_seq : 0;
  damage.last_seq = unit.upper;
  damage.lines = unit.segment ? unit.segment->blocks[unit.block].lines : 0;
  damage.detail = why.message;
  report(std::move(damage));
  return {};
}

void Units::report(ArchiveDamage damage) {
  if (damages_->size() < kMaxDamages) damages_->push_back(std::move(damage));
}

}  // namespace yorozu::archive::search
