/// Recognises events that a sender repeats because an answer was lost: same token, index, `_id` and bytes within the
/// window (7 days or the newest 5 million). The same id with other bytes is a new event, so nobody can suppress
/// evidence by using an id first.
///
/// What is remembered is 96 bits of a keyed hash over all of these; the key is random, so nobody can make two events
/// collide. Five generations of tables, each a fifth of the window and one more than it: the oldest goes when the
/// newest is full. Memory grows with use, to 100 MB at most.
///
/// save() and load() are for a cache file (docs/formats/seen-ids.md), so that a start has to read only the lines behind
/// it. An id that is on its way at that moment is not in it, so the cache names the number up to which it knows all.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
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

  /// Lines of what is claimed from now on will have at least this number.
  void claims_begin_at(std::uint64_t seq);
  /// What is durable. Taken before this call: `end`, the number behind the newest committed line.
  struct Saved {
    std::uint64_t end = 1;  ///< ids of all lines before this number are in it
    std::string text;       ///< to be kept secret: who knows the key can make events collide
  };
  Saved save(std::uint64_t end) const;
  /// Takes the place of what is known, before the first claim. Errors: Corrupt; nothing has changed then.
  Result<void> load(std::string_view text);

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
    void resize(std::size_t slot_count);
  };
  void forget_before(Timestamp time);
  std::size_t most_in_a_generation() const;
  Generation empty_generation(Timestamp first, Timestamp last) const;

  const SeenLimits limits_;
  KeyedHash key_;
  mutable std::mutex mutex_;                             // guards what follows
  std::deque<std::shared_ptr<Generation>> generations_;  // oldest first; only the newest changes
  /// With the least number that its line can have. Bounded by the bodies in memory.
  std::unordered_map<Fingerprint, std::uint64_t, Hash> on_its_way_;
  std::uint64_t claims_begin_ = 1;
};

}  // namespace yorozu::ingest::web
