/// Ids of _bulk events that are in the archive already, over a restart: read from a cache file and from the lines
/// behind it. The cache is never the truth: it names the line up to which it is good (by number and hash), is written
/// by replacing it as a whole, and may be deleted; then the lines of the window are read again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <thread>

#include "archive/archive.h"
#include "base/result.h"
#include "base/time.h"
#include "ingest/web/seen_ids.h"

namespace yorozu::serve {

class IdKeeper {
 public:
  /// Lines that a start without a usable cache reads, the newest ones.
  static constexpr std::uint64_t kMostLines = 5'000'000;

  struct Options {
    /// A start reads so many lines in a small part of a second. With many ids the file is large and written more
    /// seldom.
    std::uint64_t lines_behind = 200'000;
    std::chrono::milliseconds look_every{500};
  };

  /// Both outlive it.
  IdKeeper(archive::Archive& archive, ingest::web::SeenIds& seen, std::filesystem::path cache, Options options);
  ~IdKeeper();  ///< stop()
  IdKeeper(const IdKeeper&) = delete;
  IdKeeper& operator=(const IdKeeper&) = delete;

  /// The cache and every line behind it; before the first request is taken. Errors of reading the archive.
  Result<void> catch_up(Timestamp now);
  /// Writes the cache when so many lines were committed that a start would feel them.
  void start();
  /// Writes it a last time. Idempotent.
  void stop();

 private:
  /// The number up to which the cache is good; 0: there is none of this archive.
  std::uint64_t load();
  void save(std::uint64_t end);
  void run(const std::stop_token& stop);

  archive::Archive& archive_;
  ingest::web::SeenIds& seen_;
  const std::filesystem::path cache_;
  const Options options_;
  std::uint64_t tried_ = 1;  ///< end of the archive when the cache was written last
  std::mutex mutex_;         ///< of waiting
  std::condition_variable_any changed_;
  std::jthread thread_;
};

}  // namespace yorozu::serve
