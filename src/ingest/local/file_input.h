/// Files and folders of this machine as an input: followed as they grow, through rotation by rename, by copy and by
/// compression, truncation, late creation and restarts of the server. Each line is pushed once; what was not made
/// durable is read again. The files are the buffer: when the intake is full, nothing more is read.
///
/// A frame is one line; `via` is {path, file, offset}: the name under which the file was found, its identity
/// (file_identity.h) and where in it the line begins; for a line that was converted from UTF-16 also {charset}.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "event/source_class.h"
#include "ingest/input.h"
#include "ingest/local/file_positions.h"
#include "ingest/local/file_problem.h"

namespace yorozu::ingest {

struct FileInputOptions {
  enum class From { Beginning, End };

  std::string name = "file";       ///< table in yorozu.toml
  std::string input = "file";      ///< name in the archive
  std::vector<std::string> paths;  ///< patterns as in file_finder.h
  std::vector<std::string> exclude;
  event::SourceClass source_class = event::SourceClass::Server;
  std::shared_ptr<const TimeZone> zone;    ///< of times that are written without one; null: UTC
  From from = From::Beginning;             ///< of files that are there at the first start of all
  bool poll = false;                       ///< look every `poll_every` even where the kernel announces changes
  message::Lang lang = message::Lang::En;  ///< of InputState::problem
  std::chrono::milliseconds quiet{5000};   ///< after which a line without line break is taken
  std::chrono::milliseconds poll_every{1000};
  std::chrono::milliseconds walk_every{60'000};  ///< everything, whatever was announced
  std::chrono::milliseconds retry_after{1000};   ///< a failed commit; doubles up to half a minute
  std::size_t batch_bytes = std::size_t{1} << 20;
  std::size_t max_open = 0;  ///< descriptors; 0: half of what the process may have, at most 4,096
};

/// The folders to take on a machine without journald.
FileInputOptions whole_var_log();

struct FollowedFile {
  std::string path;
  std::uint64_t size = 0;
  std::uint64_t kept = 0;  ///< of these bytes
};

/// `intake` outlives it. `known`: what is in the archive of this input's files.
class FileInput final : public Input {
 public:
  FileInput(FileInputOptions options, FilePositions known, Intake& intake, std::function<Timestamp()> now);
  ~FileInput() override;

  Result<void> start() override;
  void stop() override;
  InputState state() const override;
  const InputCounters& counters() const override;

  /// What is not taken in, with the cure (describe()); bounded.
  std::vector<FileProblem> problems() const;
  /// Up to `limit` files, those with the most unread bytes first; about a second old.
  std::vector<FollowedFile> files(std::size_t limit) const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace yorozu::ingest
