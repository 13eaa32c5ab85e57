/// Recognises events that a sender repeats because an answer was lost: same token, index, `_id` and bytes within the
/// window (7 days or the newest 5 million). The same id with other bytes is a new event, so nobody can suppress
/// evidence by using an id first.
///
/// What is remembered is 96 bits of a keyed hash over all of these; the key is random, so nobody can make two events
/// collide. Five generations of tables, each a fifth of the window and one more than it: the oldest goes when the
/// newest is full. Memory grows with use, to 100 MB at most.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "base/time.h"

namespace yorozu::ingest::web {

struct SeenLimits {
  std::size_t ids = 5'000'000;
  std::int64_t window_us = std::int64_t{7} * 24 * 3600 * 1'000'000;
};

/// Thread-safe.
class SeenIds {
 public:
  struct Fingerprint {
    std::array<std::uint32_t, 3> words = {};
    bool operator==(const Fingerprint&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Fingerprint& print) const {
      return std::size_t{print.words[0]} << 32 | print.words[1];
    }
  };
  enum class Verdict {
    New,       ///< now on its way: confirm() or release() has to follow
    Repeat,    ///< durable already
    OnItsWay,  ///< another request has it and does not know yet how that ends
  };

  explicit SeenIds(SeenLimits limits = {});

  Fingerprint fingerprint(std::string_view token, std::string_view index, std::string_view id,
                          std::string_view raw) const;
  Verdict claim(const Fingerprint& print, Timestamp now);
  /// It is durable.
  void confirm(const Fingerprint& print, Timestamp now);
  /// It was not taken in.
  void release(const Fingerprint& print);

  /// Refills from a committed line of input `bulk` with an id, at start; in order of time.
  void remember(std::string_view token, std::string_view index, std::string_view id, std::string_view raw,
                Timestamp received) {
    confirm(fingerprint(token, index, id, raw), received);
  }

  std::size_t size() const;
  std::size_t bytes_held() const;

 private:
  /// Open addressing, linear; a slot of zeros is free.
  struct Generation {
    std::vector<Fingerprint> slots;
    std::size_t most_slots = 0;
    std::size_t size = 0;
    Timestamp first, last;
    bool has(const Fingerprint& print) const;
    void insert(const Fingerprint& print);
    void grow();
  };
  void forget_before(Timestamp time);

  const SeenLimits limits_;
  KeyedHash key_;
  mutable std::mutex mutex_;                          // guards what follows
  std::deque<Generation> generations_;                // oldest first
  std::unordered_set<Fingerprint, Hash> on_its_way_;  // bounded by the bodies in memory
};

}  // namespace yorozu::ingest::web
