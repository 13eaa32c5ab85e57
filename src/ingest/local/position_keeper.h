/// How far the inputs of this machine have been kept, read from the archive and cached in a small file, so that a start
/// reads only the newest lines again. The cache is never the truth: it names the line it is valid up to, and is thrown
/// away when the archive does not have that line.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <thread>

#include "archive/archive.h"
#include "base/result.h"
#include "ingest/local/file_positions.h"

namespace yorozu::ingest {

/// Positions of all local inputs, fed with committed lines in order.
class LocalPositions {
 public:
  /// `line` as committed. Only lines of files and journals are taken apart.
  void committed(std::uint64_t seq, std::string_view line);

  const FilePositions& files() const { return files_; }
  /// Of the last committed entry of a journal input of that name; "": none.
  std::string cursor(const std::string& input) const;
  std::uint64_t seq() const { return files_.seq(); }

  /// What the cache file holds. Errors of parse(): Corrupt.
  std::string save() const;
  static Result<LocalPositions> parse(std::string_view saved);
  /// Whether the newest line it has seen is this one.
  bool ends_with(std::string_view line) const;

 private:
  FilePositions files_;
  std::map<std::string, std::string> cursors_;
  std::uint64_t line_hash_ = 0;  ///< of the newest line
};

/// Follows the commit feed in a thread of its own and writes the cache now and then.
class PositionKeeper {
 public:
  /// `feed` outlives it.
  PositionKeeper(archive::CommitFeed& feed, std::filesystem::path cache);
  ~PositionKeeper();

  /// Reads the cache and every line behind it; for the start of the inputs, before start().
  Result<LocalPositions> catch_up();
  void start();
  /// Writes the cache a last time. Idempotent.
  void stop();

 private:
  bool load();
  Result<void> read(std::int64_t timeout_us);
  void save();
  void run();

  archive::CommitFeed& feed_;
  const std::filesystem::path cache_;
  LocalPositions positions_;
  std::uint64_t next_ = 1;
  std::uint64_t saved_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace yorozu::ingest
