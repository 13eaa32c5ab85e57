// A merge of five ordered sources: the journals, and the segments of each group. Sealed lines may stand in two of them,
// then they must be equal. A number that no source has is missing; it is put down to the damaged places whose range
// holds it, and where there is none, to nobody: a file is gone.
#include "archive/stored_lines.h"

#include <algorithm>

#include "base/try.h"
#include "proof/line.h"

namespace yorozu::archive {

using detail::LineSource;
using detail::SourceLine;

Result<FoundFiles> find_files(Disk& disk, const std::filesystem::path& folder) {
  FoundFiles found;
  TRY_ASSIGN(const auto journals, disk.list(folder / kJournalFolder));
  for (const std::string& text : journals)
    if (const auto name = parse_journal_name(text)) {
      JournalPart part;
      part.name = *name;
      found.stored.journals.push_back(part);
    }
  std::ranges::sort(found.stored.journals, {}, &JournalPart::name);
  for (std::size_t i = 1; i < found.stored.journals.size(); ++i)
    found.stored.journals[i - 1].limit = found.stored.journals[i].name.first_seq;

  const std::filesystem::path top = folder / kSegmentFolder;
  TRY_ASSIGN(const auto years, disk.list(top));
  for (const std::string& year : years) {
    TRY_ASSIGN(const auto months, disk.list(top / year));
    for (const std::string& month : months) {
      TRY_ASSIGN(const auto days, disk.list(top / year / month));
      for (const std::string& day : days) {
        const std::string below = std::string(kSegmentFolder) + "/" + year + "/" + month + "/" + day;
        TRY_ASSIGN(const auto names, disk.list(folder / below));
        for (const std::string& text : names) {
          if (text.ends_with(kUnfinished)) found.unfinished.push_back(below + "/" + text);
          if (const auto name = parse_segment_name(text))
            found.stored.segments[static_cast<std::size_t>(name->group)].push_back({*name, below + "/" + text});
        }
      }
    }
  }
  for (auto& group : found.stored.segments) std::ranges::sort(group, {}, &SegmentFile::name);
  return found;
}

class StoredLines::Journals : public LineSource {
 public:
  explicit Journals(StoredLines& owner) : owner_(owner), parts_(owner.files_.journals) {}

  Result<std::optional<SourceLine>> next() override {
    for (;;) {
      if (lines_) {
        if (const auto line = lines_->next()) {
          const std::uint64_t seq = seq_++;
          if (seq < owner_.options_.from_seq) continue;
          return SourceLine{seq, line->group, line->line};
        }
        lines_.reset();
      }
      if (!reader_) {
        TRY_ASSIGN(const bool opened, open_next());
        if (!opened) return std::nullopt;
        if (!reader_) continue;
      }
      TRY_ASSIGN(const auto step, reader_->next());
      if (step.gap) report_gap(*step.gap, step.record ? step.record->first_seq : 0);
      if (!step.record) {
        reader_.reset();
        continue;
      }
      begin_record(*step.record);
    }
  }

 private:
  const JournalPart& part() const { return parts_[next_part_ - 1]; }

  Result<bool> open_next() {
    while (next_part_ < parts_.size() && parts_[next_part_].limit <= owner_.options_.from_seq) ++next_part_;
    if (next_part_ == parts_.size()) return false;
    ++next_part_;
    path_ = std::string(kJournalFolder) + "/" + to_string(part().name);
    TRY_ASSIGN(file_, owner_.disk_.open(owner_.folder_ / path_));
    auto reader = proof::JournalReader::open(*file_, part().end);
    expected_ = part().name.first_seq;
    owner_.known_last_ = std::max(owner_.known_last_, expected_ - 1);
    if (!reader) {
      if (reader.error().code != ErrorCode::Corrupt) return std::unexpected(std::move(reader).error());
      const bool newest = next_part_ == parts_.size();
      report(newest ? DamageKind::TornTail : DamageKind::Lost, 0, newest ? 0 : part().name.first_seq,
             newest ? 0 : part().limit - 1, reader.error().message);
      return true;
    }
    reader_ = *std::move(reader);
    if (!owner_.options_.check) reader_->trust_checksums();
    if (!reader_->header_problem().empty()) report(DamageKind::Repaired, 0, 0, 0, reader_->header_problem());
    if (part().begin != 0) {
      reader_->seek(part().begin);
      expected_ = 0;
    }
    return true;
  }

  void begin_record(const proof::JournalRecord& record) {
    if (record.first_seq >= part().limit) {
      report(DamageKind::Void, record.offset, 0, 0, "behind a failed write: never confirmed").bytes =
          reader_->end() - record.offset;
      reader_.reset();
      return;
    }
    lines_.emplace(record.lines);
    seq_ = record.first_seq;
    expected_ = record.first_seq + record.count;
    owner_.known_last_ = std::max(owner_.known_last_, expected_ - 1);
  }

  void report_gap(const proof::JournalGap& gap, std::uint64_t next_seq) {
    std::uint64_t last = next_seq == 0 ? 0 : std::min(next_seq, part().limit) - 1;
    DamageKind kind = DamageKind::Lost;
    if (gap.at_end) {
      // Behind a journal that has a successor only what comes before the successor's number can be lost.
      if (part().limit == UINT64_MAX)
        kind = DamageKind::TornTail;
      else if (part().limit <= expected_)
        kind = DamageKind::Void;
      else
        last = part().limit - 1;
    }
    const bool lost = kind == DamageKind::Lost && last >= expected_ && expected_ != 0;
    report(kind, gap.offset, lost ? expected_ : 0, lost ? last : 0, gap.reason).bytes = gap.bytes;
  }

  ArchiveDamage& report(DamageKind kind, std::uint64_t offset, std::uint64_t first, std::uint64_t last,
                        std::string text) {
    ArchiveDamage damage;
    damage.kind = kind;
    damage.file = path_;
    damage.offset = offset;
    damage.first_seq = first;
    damage.last_seq = last;
    damage.detail = std::move(text);
    return owner_.report(std::move(damage));
  }

  StoredLines& owner_;
  const std::vector<JournalPart>& parts_;
  std::size_t next_part_ = 0;
  std::string path_;
  std::unique_ptr<DiskFile> file_;
  std::optional<proof::JournalReader> reader_;
  std::optional<proof::RecordLines> lines_;
  std::uint64_t seq_ = 0, expected_ = 0;
};

class StoredLines::Group : public LineSource {
 public:
  Group(StoredLines& owner, std::size_t group)
      : owner_(owner), files_(owner.files_.segments[group]), group_(static_cast<std::uint8_t>(group)) {
    const auto first_seq = [](const SegmentFile& file) { return file.name.first_seq; };
    const auto behind = std::ranges::upper_bound(files_, owner.options_.from_seq, {}, first_seq);
    next_file_ = behind == files_.begin() ? 0 : static_cast<std::size_t>(behind - files_.begin() - 1);
  }

  Result<std::optional<SourceLine>> next() override {
    for (;;) {
      while (lines_) {
        const auto line = lines_->next();
        if (!line) {
          lines_.reset();
          break;
        }
        const auto start = proof::parse_line_start(*line);
        if (!start || start->seq <= last_seq_) {
          report(start ? last_seq_ : 0, start ? start->seq : 0, "a line without its place in the order");
          continue;
        }
        last_seq_ = start->seq;
        if (start->seq < owner_.options_.from_seq) continue;
        return SourceLine{start->seq, group_, *line};
      }
      if (!reader_) {
        if (next_file_ == files_.size()) return std::nullopt;
        TRY(open_next());
        continue;
      }
      TRY(read_block());
    }
  }

 private:
  const std::string& path() const { return files_[next_file_ - 1].path; }

  Result<void> open_next() {
    ++next_file_;
    block_ = 0;
    TRY_ASSIGN(file_, owner_.disk_.open(owner_.folder_ / path()));
    auto reader = proof::SegmentReader::open(*file_);
    if (!reader) {
      if (reader.error().code != ErrorCode::Corrupt) return std::unexpected(std::move(reader).error());
      report(files_[next_file_ - 1].name.first_seq, last_possible(), reader.error().message);
      return {};
    }
    reader_ = *std::move(reader);
    if (!owner_.options_.check) reader_->trust_checksums();
    if (!reader_->problem().empty()) report(files_[next_file_ - 1].name.first_seq, last_possible(), reader_->problem());
    owner_.known_last_ = std::max({owner_.known_last_, reader_->summary().range_last, reader_->summary().last_seq});
    block_ = reader_->block_of(owner_.options_.from_seq);
    return {};
  }

  /// Highest number that can stand in the file being read.
  std::uint64_t last_possible() const {
    if (next_file_ < files_.size()) return files_[next_file_].name.first_seq - 1;
    return std::max(owner_.known_last_, files_[next_file_ - 1].name.first_seq);
  }

  Result<void> read_block() {
    const auto& blocks = reader_->summary().blocks;
    if (block_ == blocks.size()) {
      reader_.reset();
      return {};
    }
    const auto text = reader_->read_block(block_);
    if (text) {
      lines_.emplace(*text);
    } else {
      if (text.error().code != ErrorCode::Corrupt) return std::unexpected(text.error());
      const std::uint64_t last = block_ + 1 < blocks.size()         ? blocks[block_ + 1].first_seq - 1
                                 : reader_->summary().last_seq != 0 ? reader_->summary().last_seq
                                                                    : last_possible();
      ArchiveDamage& damage = report(blocks[block_].first_seq, last, text.error().message);
      damage.offset = reader_->offset_of(block_);
      damage.bytes = blocks[block_].packed_bytes;
    }
    ++block_;
    return {};
  }

  ArchiveDamage& report(std::uint64_t first, std::uint64_t last, std::string text) {
    ArchiveDamage damage;
    damage.file = path();
    damage.first_seq = first;
    damage.last_seq = last;
    damage.detail = std::move(text);
    return owner_.report(std::move(damage));
  }

  StoredLines& owner_;
  const std::vector<SegmentFile>& files_;
  std::uint8_t group_;
  std::size_t next_file_ = 0, block_ = 0;
  std::unique_ptr<DiskFile> file_;
  std::optional<proof::SegmentReader> reader_;
  std::optional<proof::BlockLines> lines_;
  std::uint64_t last_seq_ = 0;
};

StoredLines::StoredLines(Disk& disk, std::filesystem::path folder, StoredFiles files, const Options& options)
    : disk_(disk), folder_(std::move(folder)), files_(std::move(files)), options_(options) {
  options_.from_seq = std::max<std::uint64_t>(options_.from_seq, 1);
  expected_ = options_.from_seq;
  sources_.push_back(std::make_unique<Journals>(*this));
  for (std::size_t group = 0; group < files_.segments.size(); ++group)
    sources_.push_back(std::make_unique<Group>(*this, group));
  heads_.resize(sources_.size());
  for (std::size_t i = 0; i < sources_.size(); ++i) used_.push_back(i);
}
StoredLines::~StoredLines() = default;

ArchiveDamage& StoredLines::report(ArchiveDamage damage) {
  damages_.push_back(std::move(damage));
  if (damages_.back().kind == DamageKind::Lost) open_damages_.push_back(damages_.size() - 1);
  return damages_.back();
}

void StoredLines::count_missing(std::uint64_t first, std::uint64_t last) {
  bool explained = false;
  for (const std::size_t index : open_damages_) {
    ArchiveDamage& damage = damages_[index];
    if (damage.first_seq > last || damage.last_seq < first) continue;
    damage.lines += std::min(last, damage.last_seq) - std::max(first, damage.first_seq) + 1;
    explained = true;
  }
  if (explained) return;
  if (unexplained_ && damages_[*unexplained_].last_seq + 1 == first) {
    damages_[*unexplained_].last_seq = last;
  } else {
    ArchiveDamage damage;
    damage.first_seq = first;
    damage.detail = "no file holds these lines";
    damages_.push_back(std::move(damage));
    unexplained_ = damages_.size() - 1;
  }
  ArchiveDamage& damage = damages_[*unexplained_];
  damage.last_seq = last;
  damage.lines += last - first + 1;
}

/// Damage whose whole range has passed without a missing line has cost nothing.
void StoredLines::settle(std::uint64_t passed) {
  std::erase_if(open_damages_, [&](std::size_t index) {
    ArchiveDamage& damage = damages_[index];
    if (damage.last_seq > passed) return false;
    if (damage.lines == 0) {
      damage.kind = DamageKind::Repaired;
      damage.first_seq = damage.last_seq = 0;
    }
    return true;
  });
}

Result<void> StoredLines::finish() {
  if (known_last_ >= expected_) count_missing(expected_, known_last_);
  expected_ = std::max(expected_, known_last_ + 1);
  settle(UINT64_MAX);
  return {};
}

Result<std::optional<CommittedLine>> StoredLines::next() {
  for (const std::size_t i : used_) {
    TRY_ASSIGN(heads_[i], sources_[i]->next());
  }
  used_.clear();
  std::optional<std::size_t> lowest;
  for (std::size_t i = 0; i < heads_.size(); ++i)
    if (heads_[i] && (!lowest || heads_[i]->seq < heads_[*lowest]->seq)) lowest = i;
  if (!lowest) {
    TRY(finish());
    return std::nullopt;
  }
  SourceLine line = *heads_[*lowest];
  for (std::size_t i = *lowest; i < heads_.size(); ++i) {
    if (!heads_[i] || heads_[i]->seq != line.seq) continue;
    used_.push_back(i);
    if (heads_[i]->line != line.line || heads_[i]->group != line.group) {
      ArchiveDamage damage;
      damage.first_seq = damage.last_seq = line.seq;
      damage.lines = 1;
      damage.detail = "the line differs between two files";
      report(std::move(damage));
    }
    line = *heads_[i];
  }
  if (line.seq > expected_) count_missing(expected_, line.seq - 1);
  expected_ = line.seq + 1;
  if (!open_damages_.empty()) settle(line.seq);
  return CommittedLine{line.seq, static_cast<event::RetentionGroup>(line.group), line.line};
}

Result<std::vector<ArchiveDamage>> read_archive(Disk& disk, const std::filesystem::path& folder, std::uint64_t from_seq,
                                                const std::function<bool(const CommittedLine&)>& each) {
  TRY_ASSIGN(auto found, find_files(disk, folder));
  StoredLines::Options options;
  options.from_seq = from_seq;
  StoredLines lines(disk, folder, std::move(found.stored), options);
  for (;;) {
    TRY_ASSIGN(const auto line, lines.next());
    if (!line || !each(*line)) return lines.damages();
  }
}

}  // namespace yorozu::archive
