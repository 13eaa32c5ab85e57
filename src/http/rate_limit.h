/// How often somebody may ask: a token bucket for each key, bounded in number. Thread-safe; the time is the caller's.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"
#include "http/message.h"

namespace yorozu::http {

class RateLimiter {
 public:
  /// `requests` a minute, all of them at once if need be; 0: no limit. `name` stands in headers: a word in lower case.
  RateLimiter(std::string name, unsigned requests);

  struct Verdict {
    bool allowed = true;
    unsigned remaining = 0;  ///< requests that would be allowed now
    unsigned wait_s = 0;     ///< until the next one is, rounded up
  };
  /// Takes one request of `key`.
  Verdict take(std::string_view key, Timestamp now);

  /// RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10), Retry-After for a refusal.
  void add_headers(const Verdict& verdict, Response& response) const;

  /// Beyond it those are forgotten who have not asked for longest, which is in their favour.
  static constexpr std::size_t kMaxKeys = 20'000;
  std::size_t keys() const;

 private:
  struct Bucket {
    double left = 0;
    Timestamp since;
  };
  using Buckets = std::unordered_map<std::string, Bucket>;
  double refilled(const Bucket& bucket, Timestamp now) const;
  Bucket& bucket_of(std::string_view key, Timestamp now);

  const std::string name_;
  const double capacity_;
  mutable std::mutex mutex_;  // guards all below
  Buckets young_, old_;       ///< when the young are half of what may be, they become the old, and those go
};

}  // namespace yorozu::http
