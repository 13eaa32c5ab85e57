/// How much one sender may send: a token bucket for each peer, so that one that floods does not push the others out.
/// Memory is bounded: a bucket that is full again is forgotten. Pure; on one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

#include "base/time.h"
#include "ingest/source_profile.h"
#include "net/address.h"

namespace yorozu::ingest::syslog {

class RateLimiter {
 public:
  using LimitOf = std::function<RateLimit(const net::Address&)>;
  explicit RateLimiter(RateLimit of_all) : RateLimiter([of_all](const net::Address&) { return of_all; }) {}
  explicit RateLimiter(LimitOf limit_of) : limit_of_(std::move(limit_of)) {}

  /// Takes one frame's worth; false when the sender has used up what it may.
  bool allows(const net::Address& peer, Timestamp now);
  /// Takes `frames` on credit; microseconds until the debt is paid (0: none). For senders that can be made to wait.
  std::int64_t charge(const net::Address& peer, std::size_t frames, Timestamp now);
  std::size_t buckets() const { return buckets_.size(); }

 private:
  struct Bucket {
    RateLimit limit;
    double tokens = 0;
    Timestamp filled;
    double capacity() const { return limit.burst > limit.per_second ? limit.burst : limit.per_second; }
    double tokens_at(Timestamp now) const;
  };
  /// Null: the peer has no limit.
  Bucket* refilled(const net::Address& peer, Timestamp now);
  void forget_full(Timestamp now);

  LimitOf limit_of_;
  std::map<net::Address, Bucket> buckets_;
  Timestamp forgot_{0};  ///< when full buckets were last looked for
};

}  // namespace yorozu::ingest::syslog
