/// How much one sender may send: a token bucket for each peer, so that one that floods does not push the others out.
/// Memory is bounded: a bucket that is full again is forgotten. Pure; on one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "base/time.h"
#include "net/address.h"

namespace yorozu::ingest::syslog {

struct RateLimit {
  double per_second = 0;  ///< frames; 0: no limit
  double burst = 0;       ///< frames at once; at least per_second is meant
};

class RateLimiter {
 public:
  explicit RateLimiter(RateLimit limit) : limit_(limit) {}

  bool is_on() const { return limit_.per_second > 0; }
  /// Takes one frame's worth; false when the sender has used up what it may.
  bool allows(const net::Address& peer, Timestamp now);
  /// Takes `frames` on credit; microseconds until the debt is paid (0: none). For senders that can be made to wait.
  std::int64_t charge(const net::Address& peer, std::size_t frames, Timestamp now);
  std::size_t buckets() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    Timestamp filled;
  };
  Bucket& refilled(const net::Address& peer, Timestamp now);
  void forget_full(Timestamp now);
  double capacity() const { return limit_.burst > limit_.per_second ? limit_.burst : limit_.per_second; }

  RateLimit limit_;
  std::map<net::Address, Bucket> buckets_;
  Timestamp forgot_{0};  ///< when full buckets were last looked for
};

}  // namespace yorozu::ingest::syslog
