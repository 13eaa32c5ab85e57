#include "ingest/syslog/rate_limit.h"

#include <algorithm>

namespace yorozu::ingest::syslog {
namespace {

/// Forged senders (UDP) could make a bucket each. Beyond this many the one that comes first goes, full or not.
constexpr std::size_t kMaxBuckets = 65536;

double seconds_between(Timestamp from, Timestamp to) {
  return static_cast<double>(std::max<std::int64_t>(to.us - from.us, 0)) / 1e6;  // a clock set back gives nothing
}

}  // namespace

RateLimiter::Bucket& RateLimiter::refilled(const net::Address& peer, Timestamp now) {
  if (buckets_.size() >= kMaxBuckets && !buckets_.contains(peer)) forget_full(now);
  const auto [at, fresh] = buckets_.try_emplace(peer, Bucket{.tokens = capacity(), .filled = now});
  Bucket& bucket = at->second;
  bucket.tokens = std::min(capacity(), bucket.tokens + seconds_between(bucket.filled, now) * limit_.per_second);
  bucket.filled = now;
  return bucket;
}

/// At most once a second: a flood of forged senders must not make each datagram look at every bucket.
void RateLimiter::forget_full(Timestamp now) {
  if (now.us < forgot_.us || now.us - forgot_.us >= 1'000'000) {
    forgot_ = now;
    std::erase_if(buckets_, [&](const auto& entry) {
      return entry.second.tokens + seconds_between(entry.second.filled, now) * limit_.per_second >= capacity();
    });
  }
  if (buckets_.size() >= kMaxBuckets) buckets_.erase(buckets_.begin());
}

bool RateLimiter::allows(const net::Address& peer, Timestamp now) {
  if (!is_on()) return true;
  Bucket& bucket = refilled(peer, now);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

std::int64_t RateLimiter::charge(const net::Address& peer, std::size_t frames, Timestamp now) {
  if (!is_on()) return 0;
  Bucket& bucket = refilled(peer, now);
  bucket.tokens -= static_cast<double>(frames);
  return bucket.tokens >= 0 ? 0 : static_cast<std::int64_t>(-bucket.tokens / limit_.per_second * 1e6);
}

}  // namespace yorozu::ingest::syslog
