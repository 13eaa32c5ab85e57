#include "http/rate_limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace yorozu::http {
namespace {

constexpr double kMinuteUs = 60e6;

}  // namespace

RateLimiter::RateLimiter(std::string name, unsigned requests) : name_(std::move(name)), capacity_(requests) {}

double RateLimiter::refilled(const Bucket& bucket, Timestamp now) const {
  const auto passed = static_cast<double>(std::max<std::int64_t>(0, now.us - bucket.since.us));
  return std::min(capacity_, bucket.left + passed * capacity_ / kMinuteUs);
}

RateLimiter::Bucket& RateLimiter::bucket_of(std::string_view key, Timestamp now) {
  const std::string name(key);
  if (const auto found = young_.find(name); found != young_.end()) return found->second;
  if (young_.size() >= kMaxKeys / 2) {
    old_ = std::move(young_);
    young_ = {};
  }
  const auto before = old_.find(name);
  const Bucket bucket = before != old_.end() ? before->second : Bucket{capacity_, now};
  if (before != old_.end()) old_.erase(before);
  return young_.emplace(name, bucket).first->second;
}

RateLimiter::Verdict RateLimiter::take(std::string_view key, Timestamp now) {
  if (capacity_ == 0) return {};
  const std::lock_guard lock(mutex_);
  Bucket& bucket = bucket_of(key, now);
  bucket = {refilled(bucket, now), std::max(now, bucket.since)};
  Verdict verdict;
  verdict.allowed = bucket.left >= 1;
  if (verdict.allowed) bucket.left -= 1;
  verdict.remaining = static_cast<unsigned>(bucket.left);
  if (bucket.left < 1) verdict.wait_s = static_cast<unsigned>(std::ceil((1 - bucket.left) * 60 / capacity_));
  return verdict;
}

void RateLimiter::add_headers(const Verdict& verdict, Response& response) const {
  if (capacity_ == 0) return;
  response.headers.add("RateLimit-Policy", fmt::format("\"{}\";q={};w=60", name_, static_cast<unsigned>(capacity_)));
  response.headers.add("RateLimit", fmt::format("\"{}\";r={};t={}", name_, verdict.remaining, verdict.wait_s));
  if (!verdict.allowed) response.headers.add("Retry-After", std::to_string(std::max(1U, verdict.wait_s)));
}

std::size_t RateLimiter::keys() const {
  const std::lock_guard lock(mutex_);
  return young_.size() + old_.size();
}

}  // namespace yorozu::http
