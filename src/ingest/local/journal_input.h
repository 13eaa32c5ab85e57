/// systemd's journal as an input, by sd-journal: from the entry behind the last committed one, else from the beginning
/// of this boot, and on as entries come; volatile and persistent journals, across rotation and vacuuming. A frame is
/// one entry in export format (journal_export.h), `via` is {cursor}. What this program wrote itself is left out.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "event/source_class.h"
#include "ingest/input.h"
#include "message/message.h"

namespace yorozu::ingest {

struct JournalInputOptions {
  enum class From { CurrentBoot, Everything };

  std::string name = "journald";   ///< table in yorozu.toml
  std::string input = "journald";  ///< name in the archive
  std::filesystem::path folder;    ///< of *.journal files; empty: this machine's
  From from = From::CurrentBoot;   ///< when nothing is kept yet
  std::vector<std::string> own_units{"yorozu.service"};
  std::vector<std::int64_t> own_pids;  ///< of this program, when it runs without a unit
  event::SourceClass source_class = event::SourceClass::Server;
  message::Lang lang = message::Lang::En;  ///< of InputState::problem
  std::chrono::milliseconds retry_after{1000};
  std::size_t batch_bytes = std::size_t{1} << 20;
};

/// Whether systemd's journal runs on this machine; else its logs are in /var/log.
bool has_journal();

/// `intake` outlives it. `cursor`: of the last committed entry; "": none.
class JournalInput final : public Input {
 public:
  JournalInput(JournalInputOptions options, std::string cursor, Intake& intake, std::function<Timestamp()> now);
  ~JournalInput() override;

  /// Errors: NotFound when there is no journal, Io.
  Result<void> start() override;
  void stop() override;
  InputState state() const override;
  const InputCounters& counters() const override;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace yorozu::ingest
