/// The files a person points at, read unit by unit: folders walked, archives opened in place, formats found from bytes.
///
/// Files are read with pread, never mapped: a log that is rotated or cut while we read it is a named damage, not a
/// SIGBUS. Work is handed out in order (file, then unit); any number of threads take from it, and results are put in
/// order again by (file, unit).
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/decoder.h"

namespace yorozu::hunt {

struct InputOptions {
  bool carve = false;
  bool verify_checksums = true;
  TimeZone zone = TimeZone::utc();  ///< of times that are written without one
  /// Ceiling of what one archive may unpack to, and of its ratio to the packed size (only beyond 64 MiB).
  std::uint64_t max_unpacked_bytes = std::uint64_t{64} << 30;
  std::uint64_t max_ratio = 1000;
};

/// One log: a file, or a member of an archive.
struct InputFile {
  std::string name;  ///< as given on the command line (folders: given path / relative path); member: "a.zip!b.evtx"
  codec::Format format = codec::Format::Text;
  codec::DecodeOptions decode;
  std::uint64_t bytes = 0;  ///< of a file: its size; of a member: what was unpacked so far
};

/// One unit, and the memory behind it. Reused by the thread that asks for the next one.
struct Work {
  std::uint32_t file = 0;   ///< index into Input::files
  std::uint64_t index = 0;  ///< of the unit within its file, from 0
  codec::Unit unit;
  codec::UnitReport report;  ///< what reading found out: truncation, archive damage. The decoder adds to it.
  std::vector<std::uint8_t> storage;
  std::string header;  ///< of unit.header, when the file changes it on its way
};

class Input {
 public:
  /// Walks `paths` (sorted by name, so that the order is the same everywhere; symbolic links to files are followed, to
  /// folders not). NotFound when one of them does not exist; an unreadable file inside a folder is a problem, not an
  /// error.
  static Result<std::unique_ptr<Input>> open(std::vector<std::string> paths, InputOptions options);
  virtual ~Input() = default;

  /// The next unit; false when all are given out. Thread-safe; `work`'s former views are void.
  virtual bool next(Work& work) = 0;

  /// Files known so far (archive members appear as they are met); the reference stays valid. Thread-safe.
  virtual const InputFile& file(std::uint32_t index) const = 0;
  virtual std::uint32_t file_count() const = 0;

  /// For progress: bytes on disk given out so far, and of all files.
  virtual std::uint64_t bytes_read() const = 0;
  virtual std::uint64_t bytes_total() const = 0;

  /// Files that could not be read at all, with the reason. After next() has given false.
  struct Problem {
    std::string name;
    Error error;
  };
  virtual std::vector<Problem> problems() const = 0;
};

}  // namespace yorozu::hunt
