/// Lines of journals and segments as one stream in order of seq. What is damaged is passed over and named; what stands
/// twice is compared. Reads only, file by file and block by block.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "archive/catalogue.h"
#include "archive/disk.h"
#include "proof/journal.h"
#include "proof/segment.h"

namespace yorozu::archive {

struct JournalPart {
  JournalName name;
  std::uint64_t begin = 0;           ///< offset of the record to begin with; 0: the first
  std::uint64_t end = UINT64_MAX;    ///< offset behind the last confirmed record, when known
  std::uint64_t limit = UINT64_MAX;  ///< first number of the next journal: from there on this one is void
};
/// What is read: journals in order, segments by group.
struct StoredFiles {
  std::vector<JournalPart> journals;
  SegmentFiles segments;
};

/// Files of an archive folder by their names; unfinished ones apart (relative to the folder).
struct FoundFiles {
  StoredFiles stored;
  std::vector<std::string> unfinished;
};
Result<FoundFiles> find_files(Disk& disk, const std::filesystem::path& folder);

namespace detail {

struct SourceLine {
  std::uint64_t seq = 0;
  std::uint8_t group = 0;
  std::string_view line;
};

/// One ordered run of lines: all journals, or the segments of one group.
class LineSource {
 public:
  LineSource() = default;
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;
  virtual ~LineSource() = default;
  /// The next line; its view lives until the next call. nullopt: no more.
  virtual Result<std::optional<SourceLine>> next() = 0;
};

}  // namespace detail

class StoredLines {
 public:
  struct Options {
    std::uint64_t from_seq = 1;
    bool check = true;  ///< false: negative control, checksums are not looked at
  };
  StoredLines(Disk& disk, std::filesystem::path folder, StoredFiles files, const Options& options);
  ~StoredLines();

  /// The next line; its view lives until the next call. nullopt: no more. Errors: Io; NotFound when a file went away.
  Result<std::optional<CommittedLine>> next();
  /// What was found so far. Entries of kind Lost with their range may turn to Repaired until the stream is past it.
  std::vector<ArchiveDamage> damages() const { return {damages_.begin(), damages_.end()}; }

 private:
  class Journals;
  class Group;
  ArchiveDamage& report(ArchiveDamage damage);
  void count_missing(std::uint64_t first, std::uint64_t last);
  void settle(std::uint64_t passed);
  Result<void> finish();

  Disk& disk_;
  std::filesystem::path folder_;
  StoredFiles files_;
  Options options_;
  std::vector<std::unique_ptr<detail::LineSource>> sources_;
  std::vector<std::optional<detail::SourceLine>> heads_;
  std::vector<std::size_t> used_;  ///< sources whose head was given: advanced at the next call
  bool started_ = false;
  std::uint64_t expected_ = 1;
  std::uint64_t known_last_ = 0;  ///< highest number that some file says was committed
  std::deque<ArchiveDamage> damages_;
  std::vector<std::size_t> open_damages_;  ///< of kind Lost with a range that the stream has not passed
  std::optional<std::size_t> unexplained_;
};

}  // namespace yorozu::archive
