/// The door of the pipeline: bounded by bytes, so that inputs that can wait are slowed down (TCP, files, HTTP 429) and
/// those that cannot (UDP) drop and count.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "ingest/frame.h"

namespace yorozu::ingest {

/// Written by an input and the pipeline, read by `status`. All relaxed.
struct InputCounters {
  std::atomic<std::uint64_t> received = 0;   ///< frames taken off the wire
  std::atomic<std::uint64_t> decoded = 0;    ///< with fields beyond the envelope
  std::atomic<std::uint64_t> undecoded = 0;  ///< kept as text
  std::atomic<std::uint64_t> dropped = 0;    ///< by us: queue full, rate limit
  std::atomic<std::uint64_t> dropped_by_kernel = 0;
  std::atomic<std::uint64_t> refused = 0;  ///< answered with "later": the sender still has them
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::int64_t> last_seen_us = 0;
  std::atomic<std::int64_t> lag_us = 0;  ///< received to durable, newest batch
  std::atomic<std::uint64_t> connections = 0;
};

class Intake {
 public:
  virtual ~Intake() = default;
  /// Takes the batch when there is room (true); else leaves it with the caller (false).
  virtual bool try_push(FrameBatch& batch) = 0;
  /// Calls `ready` once, from another thread, as soon as there may be room again. Never from inside this call.
  virtual void when_room(std::function<void()> ready) = 0;
};

}  // namespace yorozu::ingest
