/// The journal: committed batches one behind the other, until they are sealed (docs/formats/journal.md). Here are its
/// bytes; files, durability and recovery are archive/. Numbers are little-endian.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "proof/byte_source.h"

namespace yorozu::proof {

inline constexpr std::string_view kJournalMagic{"YRZJRNL\x01", 8};
inline constexpr std::size_t kJournalHeaderBytes = 52;  ///< and the name of the predecessor
inline constexpr std::size_t kMaxPredecessorName = 64;
/// From the marker to the first line. The CRC covers all from kRecordCovered on.
inline constexpr std::size_t kRecordHeaderBytes = 36;
inline constexpr std::size_t kRecordCovered = 16;
/// Longest record; a length beyond is damage, so that one wrong bit does not ask for gigabytes.
inline constexpr std::uint64_t kMaxRecordBytes = std::uint64_t{256} << 20;

struct JournalHeader {
  std::uint64_t marker = 0;  ///< its first byte is 0xF8 or above, which no UTF-8 contains: no line can hold a marker
  std::uint64_t first_seq = 0;
  std::uint32_t attempt = 0;
  Timestamp created;
  /// The journal before this one, when a write to it failed: what it holds from there on was never confirmed.
  std::string voided_name;
  std::uint64_t voided_from = 0;
  bool operator==(const JournalHeader&) const = default;
};

/// A marker out of any 64 random bits.
std::uint64_t make_marker(std::uint64_t random);

void append_journal_header(const JournalHeader& header, Buffer& out);

/// Builds one record in a buffer: begin, add each line (or append_line() to `out()` between begin_line and end_line),
/// end.
class RecordWriter {
 public:
  RecordWriter(const JournalHeader& header, std::uint64_t batch, std::uint64_t first_seq, Buffer& out);
  void add(std::uint8_t group, std::uint64_t seq, std::string_view tail);
  /// Sets length, count and CRC. At least one line was added and the record is at most kMaxRecordBytes long.
  void finish();
  std::uint64_t bytes() const { return out_.size() - start_; }

 private:
  Buffer& out_;
  std::size_t start_;
  std::uint32_t count_ = 0;
};

struct JournalLine {
  std::uint8_t group = 0;
  std::string_view line;  ///< from `{` to `}`
};

/// What stands in a record behind its header, one line after the other. Each is a byte of group, the line, LF.
class RecordLines {
 public:
  explicit RecordLines(std::string_view bytes) : rest_(bytes) {}
  std::optional<JournalLine> next();

 private:
  std::string_view rest_;
};

struct JournalRecord {
  std::uint64_t offset = 0, bytes = 0;  ///< in the file
  std::uint64_t batch = 0, first_seq = 0;
  std::uint32_t count = 0;
  std::string_view lines;  ///< for RecordLines; lives until the next call of next()
};

/// Bytes that are no record: between two good ones, or at the end (then it may be a torn write).
struct JournalGap {
  std::uint64_t offset = 0, bytes = 0;
  bool at_end = false;
  std::string reason;
};

/// Walks a journal. Damage never ends the walk: the next record is found by the marker.
class JournalReader {
 public:
  /// `end`: bytes of the file that count, for files whose end is void. A damaged header is said in `header_problem()`;
  /// the marker is then found again from the records, and first_seq and the rest of header() are zero. Errors: Io;
  /// Corrupt when neither header nor any record can be read.
  static Result<JournalReader> open(const ByteSource& source, std::uint64_t end = UINT64_MAX);

  const JournalHeader& header() const { return header_; }
  const std::string& header_problem() const { return header_problem_; }
  std::uint64_t end() const { return end_; }

  struct Step {
    std::optional<JournalGap> gap;        ///< in front of the record
    std::optional<JournalRecord> record;  ///< none: the end
  };
  /// Errors: Io.
  Result<Step> next();
  /// Goes on at this offset, where a record begins.
  void seek(std::uint64_t offset) { at_ = offset; }
  /// Negative control of the tests: takes records whose CRC is wrong.
  void trust_checksums() { check_crc_ = false; }

 private:
  explicit JournalReader(const ByteSource& source) : source_(&source) {}
  Result<void> read_header();
  Result<void> find_marker();
  /// The record at `offset`; a text when there is none, saying why.
  Result<std::optional<std::string>> read_record(std::uint64_t offset, JournalRecord& record);
  Result<std::uint64_t> find_record(std::uint64_t from, JournalRecord& record);

  const ByteSource* source_;
  std::uint64_t end_ = 0;
  std::uint64_t at_ = 0;
  bool check_crc_ = true;
  JournalHeader header_;
  std::string header_problem_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace yorozu::proof
