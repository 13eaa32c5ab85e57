/// What the server knows of the process that keeps its index. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <thread>

#include "app/process/channel.h"
#include "archive/index/indexer.h"

namespace yorozu::indexing {

class Indexing {
 public:
  Indexing() = default;
  ~Indexing();  ///< stop()
  Indexing(const Indexing&) = delete;
  Indexing& operator=(const Indexing&) = delete;

  /// A new indexer; one that was there before has ended.
  void add_child(process::Channel channel);
  /// As it said last. `problem` when it has ended and none has come in its place.
  archive::index::IndexerProgress progress() const;
  /// Lets the indexer end. Idempotent.
  void stop();

 private:
  void listen(const Fd& report);

  mutable std::mutex mutex_;  // guards progress_
  archive::index::IndexerProgress progress_;
  std::optional<process::Channel> channel_;
  Fd ours_;  ///< what the thread reads
  std::jthread thread_;
};

}  // namespace yorozu::indexing
