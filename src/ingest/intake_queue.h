/// Batches that wait to be decoded. Bounded by bytes, in such a way that a loud source cannot starve a quiet one: a
/// class of sources may hold three quarters of the room and one stream half of that, lanes are served class by class in
/// turn. All batches of a stream wait in the same lane, so they stay in order.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "event/source_class.h"
#include "ingest/frame.h"

namespace yorozu::ingest {

/// Bytes of frames a second that a class may bring in; 0: no limit. A burst of ten seconds' worth is let through.
using ClassQuotas = std::array<std::uint64_t, event::kSourceClasses>;

/// Thread-safe.
class IntakeQueue {
 public:
  IntakeQueue(std::size_t limit_bytes, unsigned lanes, const ClassQuotas& quotas = {});

  /// True: `batch` was taken. False: no room for its class or stream, its class is over its quota, or closed; `batch`
  /// is untouched. `now`: for quotas.
  bool try_push(FrameBatch& batch, Timestamp now);
  /// Calls `ready` once when something was taken out, on the thread that took it, or on that of wake_waiting() or
  /// close().
  void when_room(std::function<void()> ready);
  /// To be called some times a second: a quota fills up although nothing is taken out.
  void wake_waiting();

  /// Waits for batches of the lane; as many as there are up to `max_bytes`. Empty: closed and used up, or nothing came
  /// within `at_most` (none: waits for ever).
  std::vector<std::unique_ptr<FrameBatch>> pop(unsigned lane, std::size_t max_bytes,
                                               std::optional<std::chrono::milliseconds> at_most = std::nullopt);
  bool closed() const;

  /// Nothing new is taken; what waits can still be popped.
  void close();
  std::size_t bytes() const;

 private:
  struct Lane {
    std::array<std::deque<std::unique_ptr<FrameBatch>>, event::kSourceClasses> waiting;
    std::size_t batches = 0;
    std::size_t next_class = 0;
    std::condition_variable filled;
  };
  struct Bucket {
    double tokens = 0;
    Timestamp since;
  };

  bool has_room(const FrameBatch& batch, std::size_t cost) const;
  bool within_quota(const FrameBatch& batch, Timestamp now);
  std::unique_ptr<FrameBatch> take(Lane& lane);

  const std::size_t limit_;
  const ClassQuotas quotas_;
  mutable std::mutex mutex_;  ///< guards everything below
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::array<Bucket, event::kSourceClasses> buckets_;
  std::array<std::size_t, event::kSourceClasses> bytes_of_class_{};
  std::unordered_map<std::uint64_t, std::size_t> bytes_of_stream_;  ///< of streams with something waiting
  std::size_t bytes_ = 0;
  bool closed_ = false;
  std::vector<std::function<void()>> waiting_for_room_;
};

/// What a batch costs in memory while it waits.
std::size_t cost_of(const FrameBatch& batch);

}  // namespace yorozu::ingest
