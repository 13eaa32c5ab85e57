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

double RateLimiter::Bucket::tokens_at(Timestamp now) const {
  return std::min(capacity(), tokens + seconds_between(filled, now) * limit.per_second);
}

RateLimiter::Bucket* RateLimiter::refilled(const net::Address& peer, Timestamp now) {
  auto at = buckets_.find(peer);
  if (at == buckets_.end()) {
    Bucket fresh{.limit = limit_of_(peer), .tokens = 0, .filled = now};
    if (fresh.limit.per_second <= 0) return nullptr;
    fresh.tokens = fresh.capacity();
    if (buckets_.size() >= kMaxBuckets) forget_full(now);
    at = buckets_.emplace(peer, fresh).first;
  }
  Bucket& bucket = at->second;
  bucket.tokens = bucket.tokens_at(now);
  bucket.filled = now;
  return &bucket;
}

/// At most once a second: a flood of forged senders must not make each datagram look at every bucket.
void RateLimiter::forget_full(Timestamp now) {
  if (now.us < forgot_.us || now.us - forgot_.us >= 1'000'000) {
    forgot_ = now;
    std::erase_if(buckets_, [&](const auto& entry) { return entry.second.tokens_at(now) >= entry.second.capacity(); });
  }
  if (buckets_.size() >= kMaxBuckets) buckets_.erase(buckets_.begin());
}

bool RateLimiter::allows(const net::Address& peer, Timestamp now) {
  Bucket* const bucket = refilled(peer, now);
  if (bucket == nullptr) return true;
  if (bucket->tokens < 1) return false;
  bucket->tokens -= 1;
  return true;
}

std::int64_t RateLimiter::charge(const net::Address& peer, std::size_t frames, Timestamp now) {
  Bucket* const bucket = refilled(peer, now);
  if (bucket == nullptr) return 0;
  bucket->tokens -= static_cast<double>(frames);
  return bucket->tokens >= 0 ? 0 : static_cast<std::int64_t>(-bucket->tokens / bucket->limit.per_second * 1e6);
}

}  // namespace yorozu::ingest::syslog
