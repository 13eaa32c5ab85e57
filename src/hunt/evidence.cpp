#include "hunt/evidence.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "archive/disk.h"
#include "archive/events/line_decoder.h"
#include "archive/stored_lines.h"
#include "base/try.h"

namespace yorozu::hunt {
namespace fs = std::filesystem;
namespace {

class EvidenceSource final : public ByteSource {
 public:
  explicit EvidenceSource(std::unique_ptr<archive::StoredLines> lines) : lines_(std::move(lines)) {}

  Result<std::size_t> read(std::span<std::uint8_t> to) override {
    std::size_t given = 0;
    while (given < to.size()) {
      if (at_ == line_.size()) {
        TRY_ASSIGN(const auto next, lines_->next());
        if (!next) break;
        line_.assign(next->line);
        line_ += '\n';
        at_ = 0;
      }
      const std::size_t n = std::min(to.size() - given, line_.size() - at_);
      std::memcpy(to.data() + given, line_.data() + at_, n);
      given += n;
      at_ += n;
    }
    return given;
  }

  std::vector<std::string> damages() const override {
    std::vector<std::string> out;
    for (const archive::ArchiveDamage& damage : lines_->damages()) out.push_back(damage.file + ": " + damage.detail);
    return out;
  }

 private:
  std::unique_ptr<archive::StoredLines> lines_;
  std::string line_;
  std::size_t at_ = 0;
};

class EvidenceDecoder final : public codec::UnitDecoder {
 public:
  EvidenceDecoder(event::Schema& schema, const event::LogsourceMap& logsources) : lines_(schema, logsources) {}

  /// Audit records of an event that goes on in the next unit are judged in two parts, so that units stay independent of
  /// each other.
  void decode(const codec::Unit& unit, event::EventBatch& batch, codec::UnitReport& report) override {
    std::string_view rest = as_text(unit.bytes);
    std::uint64_t offset = unit.offset;
    while (!rest.empty()) {
      const std::string_view text = rest.substr(0, rest.find('\n'));
      const std::size_t step = std::min(text.size() + 1, rest.size());
      if (!text.empty()) decode_line(text, offset, batch, report);
      rest.remove_prefix(step);
      offset += step;
    }
    lines_.flush(batch, origins_);
    origins_.clear();
  }

 private:
  void decode_line(std::string_view text, std::uint64_t offset, event::EventBatch& batch, codec::UnitReport& report) {
    const std::size_t before = batch.events.size();
    const auto added = lines_.decode(text, batch, origins_);
    if (added) {
      ++report.records;
      if (batch.events.size() > before) batch.events.back().position = offset;
      return;
    }
    report.damage({.kind = codec::DamageKind::Syntax,
                   .offset = offset,
                   .chunk = {},
                   .record = {},
                   .detail = added.error().message});
  }

  archive::LineDecoder lines_;
  std::vector<archive::Origin> origins_;
};

}  // namespace

bool is_evidence_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(fs::path(path) / "journal", error) && fs::is_directory(fs::path(path) / "segments", error);
}

std::uint64_t evidence_bytes(const std::string& path) {
  std::uint64_t bytes = 0;
  for (const char* part : {"journal", "segments"}) {
    std::error_code error;
    for (fs::recursive_directory_iterator it(fs::path(path) / part, error), end; !error && it != end;
         it.increment(error)) {
      std::error_code gone;
      const std::uintmax_t size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
      if (!gone) bytes += size;
    }
  }
  return bytes;
}

Result<std::unique_ptr<ByteSource>> open_evidence(const std::string& folder) {
  archive::Disk& disk = archive::real_disk();
  TRY_ASSIGN(archive::FoundFiles found, archive::find_files(disk, folder));
  return std::make_unique<EvidenceSource>(
      std::make_unique<archive::StoredLines>(disk, folder, std::move(found.stored), archive::StoredLines::Options{}));
}

bool looks_like_evidence(ByteView head) {
  const std::string_view line = as_text(head).substr(0, as_text(head).find('\n'));
  if (!line.starts_with("{\"seq\":")) return false;
  const std::size_t comma = line.find(',');
  return comma != std::string_view::npos && line.substr(comma).starts_with(",\"received\":\"");
}

std::unique_ptr<codec::UnitDecoder> make_evidence_decoder(event::Schema& schema,
                                                          const event::LogsourceMap& logsources) {
  return std::make_unique<EvidenceDecoder>(schema, logsources);
}

}  // namespace yorozu::hunt
