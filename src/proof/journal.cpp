#include "proof/journal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/assert.h"
#include "base/try.h"
#include "proof/crc32.h"
#include "proof/line.h"

namespace yorozu::proof {
namespace {

constexpr std::uint8_t kFirstByteNoTextHas = 0xF8;
constexpr std::uint64_t kSmallestLength = 20 + 1 + 2 + 1;  // batch, first seq, count; group, {}, LF
constexpr std::size_t kScanBytes = std::size_t{1} << 20;
constexpr int kMostMarkersTried = 4096;
constexpr std::uint8_t kHighestGroup = 3;  // event::RetentionGroup

template <class T>
void append_le(T value, Buffer& out) {
  std::memcpy(out.reserve(sizeof value), &value, sizeof value);
  out.advance(sizeof value);
}
template <class T>
void store_le(T value, char* to) {
  std::memcpy(to, &value, sizeof value);
}

/// Reads exactly to.size() bytes; false when the source ends before.
Result<bool> read_all(const ByteSource& source, std::uint64_t offset, std::span<std::uint8_t> to) {
  TRY_ASSIGN(const std::size_t got, source.read_at(offset, to));
  return got == to.size();
}

/// "" when `count` lines stand there that are numbered from first_seq on.
std::string_view problem_of_lines(std::string_view bytes, std::uint64_t first_seq, std::uint32_t count) {
  RecordLines lines(bytes);
  for (std::uint64_t seq = first_seq; seq - first_seq < count; ++seq) {
    const auto line = lines.next();
    if (!line) return "fewer lines than it says";
    if (line->group > kHighestGroup) return "unknown retention group";
    std::array<char, 32> start{'{', '"', 's', 'e', 'q', '"', ':'};
    char* const end = std::to_chars(start.data() + 7, start.data() + start.size() - 1, seq).ptr;
    *end = ',';
    if (!line->line.starts_with(std::string_view(start.data(), static_cast<std::size_t>(end - start.data()) + 1)))
      return "a line has another number than its place";
  }
  return lines.next() ? "more lines than it says" : "";
}

}  // namespace

std::uint64_t make_marker(std::uint64_t random) {
  return random | kFirstByteNoTextHas;
}

void append_journal_header(const JournalHeader& header, Buffer& out) {
  YOROZU_ASSERT(header.voided_name.size() <= kMaxPredecessorName, "names of journals are short");
  const std::size_t start = out.size();
  out.append(kJournalMagic);
  append_le(header.marker, out);
  append_le(header.first_seq, out);
  append_le(header.attempt, out);
  append_le(static_cast<std::uint32_t>(header.voided_name.size()), out);
  append_le(header.voided_from, out);
  append_le(header.created.us, out);
  out.append(header.voided_name);
  append_le(crc32(as_bytes(out.view_from(start))), out);
}

RecordWriter::RecordWriter(const JournalHeader& header, std::uint64_t batch, std::uint64_t first_seq, Buffer& out)
    : out_(out), start_(out.size()) {
  append_le(header.marker, out);
  append_le(std::uint64_t{0}, out);  // length and CRC: finish()
  append_le(batch, out);
  append_le(first_seq, out);
  append_le(std::uint32_t{0}, out);
}

void RecordWriter::add(std::uint8_t group, std::uint64_t seq, std::string_view tail) {
  out_.append(static_cast<char>(group));
  append_line(seq, tail, out_);
  out_.append('\n');
  ++count_;
}

void RecordWriter::finish() {
  YOROZU_ASSERT(count_ > 0 && bytes() <= kMaxRecordBytes, "the caller bounds its batches");
  char* const record = out_.reserve(0) - bytes();
  store_le(static_cast<std::uint32_t>(bytes() - kRecordCovered), record + 8);
  store_le(count_, record + 32);
  store_le(crc32(as_bytes(out_.view_from(start_ + kRecordCovered))), record + 12);
}

std::optional<JournalLine> RecordLines::next() {
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const JournalLine line{static_cast<std::uint8_t>(rest_[0]), rest_.substr(1, end - 1)};
  rest_.remove_prefix(end + 1);
  return line;
}

Result<JournalReader> JournalReader::open(const ByteSource& source, std::uint64_t end) {
  JournalReader reader(source);
  TRY_ASSIGN(const std::uint64_t size, source.size());
  reader.end_ = std::min(end, size);
  TRY(reader.read_header());
  if (!reader.header_problem_.empty()) TRY(reader.find_marker());
  return reader;
}

Result<void> JournalReader::read_header() {
  std::array<std::uint8_t, kJournalHeaderBytes + kMaxPredecessorName> bytes{};
  TRY_ASSIGN(const std::size_t got,
             source_->read_at(0, std::span(bytes).first(std::min<std::size_t>(bytes.size(), end_))));
  ByteReader in(ByteView(bytes).first(got));
  const bool is_journal = as_text(in.take(kJournalMagic.size())) == kJournalMagic;
  JournalHeader header;
  header.marker = in.read<std::uint64_t>();
  header.first_seq = in.read<std::uint64_t>();
  header.attempt = in.read<std::uint32_t>();
  const auto name_bytes = in.read<std::uint32_t>();
  header.voided_from = in.read<std::uint64_t>();
  header.created.us = in.read<std::int64_t>();
  header.voided_name = as_text(in.take(name_bytes));
  const std::size_t covered = in.position();
  const auto crc = in.read<std::uint32_t>();
  if (!in.ok() || name_bytes > kMaxPredecessorName) {
    header_problem_ = is_journal ? "the header is cut short" : "no header";
  } else if (!is_journal || crc != crc32(ByteView(bytes).first(covered))) {
    header_problem_ = "the checksum of the header is wrong";
  } else {
    header_ = std::move(header);
    at_ = in.position();
  }
  return {};
}

/// The header is unreadable, but every record begins with the marker, at a byte that no text contains.
Result<void> JournalReader::find_marker() {
  std::vector<std::uint8_t> chunk(std::min<std::uint64_t>(kScanBytes, end_));
  int tried = 0;
  for (std::uint64_t at = 0; at < end_; at += chunk.size()) {
    TRY_ASSIGN(const std::size_t got, source_->read_at(at, chunk));
    if (got == 0) break;
    for (std::size_t i = 0; i < got; ++i) {
      if (chunk[i] < kFirstByteNoTextHas) continue;
      std::array<std::uint8_t, 8> marker{};
      TRY_ASSIGN(const bool whole, read_all(*source_, at + i, marker));
      if (!whole) break;
      header_.marker = load_le<std::uint64_t>(marker.data());
      JournalRecord record;
      TRY_ASSIGN(const auto problem, read_record(at + i, record));
      if (!problem) {
        at_ = at + i;
        return {};
      }
      if (++tried == kMostMarkersTried) break;
    }
    if (tried == kMostMarkersTried) break;
  }
  header_ = {};
  return fail(ErrorCode::Corrupt, header_problem_ + ", and no record follows it");
}

Result<std::optional<std::string>> JournalReader::read_record(std::uint64_t offset, JournalRecord& record) {
  std::array<std::uint8_t, kRecordHeaderBytes> head{};
  if (end_ - offset < head.size()) return "cut short";
  TRY_ASSIGN(const bool has_head, read_all(*source_, offset, head));
  ByteReader in(head);
  if (!has_head || in.read<std::uint64_t>() != header_.marker) return "no marker";
  const auto length = in.read<std::uint32_t>();
  const auto crc = in.read<std::uint32_t>();
  if (length < kSmallestLength || length > kMaxRecordBytes) return "impossible length";
  if (length > end_ - offset - kRecordCovered) return "longer than what remains";
  record.offset = offset;
  record.bytes = kRecordCovered + length;
  record.batch = in.read<std::uint64_t>();
  record.first_seq = in.read<std::uint64_t>();
  record.count = in.read<std::uint32_t>();
  buffer_.resize(length);
  TRY_ASSIGN(const bool whole, read_all(*source_, offset + kRecordCovered, buffer_));
  if (!whole) return "cut short";
  if (check_crc_ && crc != crc32(buffer_)) return "wrong checksum";
  record.lines = as_text(ByteView(buffer_).subspan(kRecordHeaderBytes - kRecordCovered));
  if (record.first_seq == 0 || record.count == 0 || record.first_seq > UINT64_MAX - record.count)
    return "impossible numbers";
  if (check_crc_)
    if (const auto problem = problem_of_lines(record.lines, record.first_seq, record.count); !problem.empty())
      return std::string(problem);
  return std::nullopt;
}

/// Offset of the first good record at or behind `from`; end() when there is none.
Result<std::uint64_t> JournalReader::find_record(std::uint64_t from, JournalRecord& record) {
  std::array<char, 8> marker{};
  std::memcpy(marker.data(), &header_.marker, marker.size());
  const std::string_view wanted(marker.data(), marker.size());
  std::vector<std::uint8_t> chunk;
  for (std::uint64_t at = from; at < end_;) {
    chunk.resize(std::min<std::uint64_t>(kScanBytes, end_ - at));
    TRY_ASSIGN(const std::size_t got, source_->read_at(at, chunk));
    const std::string_view text = as_text(ByteView(chunk).first(got));
    for (std::size_t found = text.find(wanted); found != std::string_view::npos; found = text.find(wanted, found + 1)) {
      TRY_ASSIGN(const auto problem, read_record(at + found, record));
      if (!problem) return at + found;
    }
    if (got < chunk.size() || got < marker.size()) break;
    at += got == end_ - at ? got : got - (marker.size() - 1);
  }
  return end_;
}

Result<JournalReader::Step> JournalReader::next() {
  Step step;
  if (at_ >= end_) return step;
  JournalRecord record;
  TRY_ASSIGN(const auto problem, read_record(at_, record));
  if (problem) {
    const std::uint64_t gap_at = at_;
    TRY_ASSIGN(at_, find_record(gap_at + 1, record));
    step.gap = JournalGap{gap_at, at_ - gap_at, at_ == end_, *problem};
    if (at_ == end_) return step;
  }
  at_ += record.bytes;
  step.record = record;
  return step;
}

}  // namespace yorozu::proof
