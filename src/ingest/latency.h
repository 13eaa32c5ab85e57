/// How long things took, in buckets that grow by a fifth: quantiles within 20 %, constant memory. Written by one
/// thread, read by any.
#pragma once

#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>

namespace yorozu::ingest {

class LatencyHistogram {
 public:
  void add(std::int64_t us) { buckets_[bucket_of(us)].fetch_add(1, std::memory_order_relaxed); }
  /// Upper bound of the bucket in which the quantile (0..1) lies, in microseconds; 0 when nothing was added.
  std::int64_t quantile(double q) const {
    std::uint64_t total = 0;
    for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
    if (total == 0) return 0;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i].load(std::memory_order_relaxed);
      if (seen >= wanted && seen > 0) return static_cast<std::int64_t>(std::pow(kGrowth, static_cast<double>(i)));
    }
    return static_cast<std::int64_t>(std::pow(kGrowth, static_cast<double>(buckets_.size())));
  }

 private:
  static constexpr double kGrowth = 1.2;
  static constexpr std::size_t kBuckets = 128;  // 1.2^127 us is 130 days
  static std::size_t bucket_of(std::int64_t us) {
    if (us <= 1) return 0;
    const auto at = static_cast<std::size_t>(std::ceil(std::log(static_cast<double>(us)) / std::log(kGrowth)));
    return at < kBuckets ? at : kBuckets - 1;
  }
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
};

}  // namespace yorozu::ingest
