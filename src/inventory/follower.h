/// Keeps an inventory up with the commit feed in a thread of its own, at low priority. It only ever reads what is
/// durable, so however slow it is, intake does not wait for it; how far it is behind is known.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "archive/archive.h"
#include "inventory/inventory.h"

namespace yorozu::inventory {

class Follower {
 public:
  /// Both outlive it.
  Follower(Inventory& inventory, archive::CommitFeed& feed) : inventory_(inventory), feed_(feed) {}
  ~Follower();

  void start();
  /// Returns after the run of lines in hand. Idempotent.
  void stop();

  struct Lag {
    std::uint64_t lines = 0;  ///< durable, but not taken in yet
    std::string problem;      ///< "" when it goes on
  };
  Lag lag() const;

 private:
  void run();

  Inventory& inventory_;
  archive::CommitFeed& feed_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
  mutable std::mutex mutex_;  ///< guards problem_
  std::string problem_;
};

}  // namespace yorozu::inventory
