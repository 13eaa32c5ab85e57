/// How bytes become events, the same way for every format, pure: no files, no threads, no clock.
///
///   bytes --detect_format--> Format --Splitter--> units (whole records) --UnitDecoder--> EventBatch
///
/// This header is the interface; codec/evtx, codec/json, codec/xml and codec/text implement it, and codec/formats
/// chooses.
///
/// A file is cut into **units** that can be decoded independently and in parallel: EVTX chunks, blocks of whole lines,
/// of whole JSON documents, of whole <Event> elements. Whoever reads the file (hunt/input.h) shows the splitter a
/// window of bytes; the splitter says how many of them are whole records. One decoder per thread keeps what pays across
/// units (compiled templates, key tables).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/text.h"
#include "event/event.h"

namespace yorozu::codec {

enum class Format {
  Evtx,
  Json,
  Xml,
  Text,
  Csv,
  W3c,
  Evidence,  ///< lines of the evidence archive; cut as text, decoded above (hunt/evidence.h), each as its input says
};
inline constexpr std::size_t kFormats = 7;
std::string_view to_string(Format format);

enum class DamageKind {
  FileHeader,    ///< header missing, bad magic or checksum; chunks were still searched for
  ChunkHeader,   ///< bad magic or header checksum
  ChunkData,     ///< record area checksum differs; its records were still tried
  Record,        ///< record cannot be decoded, or only in part
  Truncated,     ///< the file ends within a chunk or record (also: it shrank while it was read)
  Syntax,        ///< JSON, XML: not well formed here
  Encoding,      ///< bytes that are no text in the recognised charset, or invalid UTF-8 in JSON
  TooLarge,      ///< a record beyond the limit; cut or skipped
  TooManyNames,  ///< the bound of event::NameTable was reached
  Archive,       ///< compressed input is broken or beyond its ceiling
};
std::string_view to_string(DamageKind kind);

/// Where and what; the file is the reader's to add.
struct Damage {
  DamageKind kind;
  std::uint64_t offset = 0;             ///< bytes from the start of the file or archive member
  std::optional<std::uint64_t> chunk;   ///< EVTX: number of the chunk in the file, from 0
  std::optional<std::uint64_t> record;  ///< record id (EVTX), line (JSON lines, text)
  std::string detail;                   ///< bounded, printable
};

/// A run of records numbered without a gap, in time order of the log: what gap detection is made of. EVTX: one for each
/// chunk, more when numbers jump inside it.
struct RecordRun {
  std::uint64_t first_id = 0, last_id = 0;  ///< System/EventRecordID where it can be read, else the header's
  Timestamp first_time, last_time;
  std::uint64_t offset = 0;
};

/// Time went back inside a log although record ids went on.
struct TimeStep {
  std::uint64_t record_id = 0;
  Timestamp before, after;
};

/// What one unit had besides events.
struct UnitReport {
  static constexpr std::size_t kMaxDamages = 1000;  ///< of one unit; more are counted only

  std::uint64_t records = 0;  ///< decoded, whole or in part
  std::vector<Damage> damages;
  std::uint64_t damages_not_listed = 0;
  std::vector<RecordRun> runs;
  std::vector<TimeStep> time_steps;

  void damage(Damage what) {
    if (damages.size() < kMaxDamages)
      damages.push_back(std::move(what));
    else
      ++damages_not_listed;
  }
};

/// Whole records, cut out of a file.
struct Unit {
  ByteView bytes;
  std::uint64_t offset = 0;      ///< of bytes[0]
  std::uint64_t first_line = 1;  ///< line number of bytes[0]; formats of lines only
  bool at_end = false;           ///< nothing follows in the file
  /// What the reader found out about the whole file, so that one decoder serves many files.
  Charset charset = Charset::Utf8;
  std::string_view header =
      {};                  ///< lines at the top of the file that name the columns (Zeek, CSV, W3C); valid like `bytes`
  Timestamp written = {};  ///< when the file was last written: the year of times that have none
};

class Splitter {
 public:
  virtual ~Splitter() = default;
  /// `window` starts where the last cut ended. Gives how many of its first bytes are whole records (> 0), or 0: show me
  /// more. With `at_end` the answer is everything there is; the decoder names a torn rest as damage.
  virtual std::size_t cut(ByteView window, bool at_end) = 0;
  /// The largest window worth showing: a longer record is damage (TooLarge), and the reader cuts at this size.
  virtual std::size_t largest_record() const = 0;
  /// After cut(): lines that name the columns in force where that cut began, when the file changes them on its way;
  /// valid until the next cut. "": those found at the top of the file hold (Unit::header).
  virtual std::string_view header() const { return {}; }
};

class UnitDecoder {
 public:
  virtual ~UnitDecoder() = default;
  /// Adds the events of `unit` to `batch` (not cleared here), whose views point into unit.bytes and batch.arena: keep
  /// both as long as the events. Never fails as a whole: what cannot be read is in `report`, the rest is delivered.
  virtual void decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) = 0;
};

struct DecodeOptions {
  /// Of text files, found once from the head of the file.
  Charset charset = Charset::Utf8;
  /// Of CSV files: what parts their fields; found with the charset.
  char delimiter = ',';
  /// Of clocks that write times without zone: text and CSV.
  TimeZone zone = TimeZone::utc();
  /// EVTX: check chunk and record checksums.
  bool verify_checksums = true;
  /// EVTX: search for chunks at any offset, in any file.
  bool carve = false;
};

}  // namespace yorozu::codec
