/// How far files, the journal and _bulk senders have been kept: read from the committed lines themselves, for that is
/// the only place that cannot be ahead of the archive. A file in the data folder spares reading all of it at each
/// start.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "archive/archive.h"
#include "base/result.h"
#include "ingest/local/file_positions.h"
#include "ingest/web/seen_ids.h"

namespace yorozu::serve {

class Positions {
 public:
  /// Reads `state_file` and what the archive has beyond it. `archive` and `seen` outlive it. Errors: of reading the
  /// archive; a damaged file is only a reason to read more.
  static Result<std::unique_ptr<Positions>> open(archive::Archive& archive, std::filesystem::path state_file,
                                                 ingest::web::SeenIds& seen, Timestamp now);
  ~Positions();  ///< ends following
  Positions(const Positions&) = delete;
  Positions& operator=(const Positions&) = delete;

  ingest::FilePositions files() const;
  std::string journal_cursor() const;
  /// Goes on with what is committed from now on.
  void follow();
  /// Writes the file, atomically.
  Result<void> save() const;

 private:
  Positions(archive::Archive& archive, std::filesystem::path state_file)
      : archive_(archive), state_file_(std::move(state_file)) {}
  void load();
  Result<void> catch_up();
  void take(const archive::CommittedLine& line);

  archive::Archive& archive_;
  const std::filesystem::path state_file_;
  mutable std::mutex mutex_;  // guards files_ and cursor_
  ingest::FilePositions files_;
  std::string cursor_;
  std::jthread following_;
};

/// The file's text, and back. Exposed for tests.
std::string positions_text(const ingest::FilePositions& files, const std::string& cursor);
Result<std::pair<ingest::FilePositions, std::string>> parse_positions(std::string_view text);

}  // namespace yorozu::serve
