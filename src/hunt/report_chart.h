/// Findings over time in at most kMaxBars bars, whatever the span: a bar grows from a minute up as rows come, in order
/// of time.
#pragma once

#include <cstdint>
#include <vector>

#include "hunt/findings.h"

namespace yorozu::hunt {

class ReportChart {
 public:
  static constexpr std::size_t kMaxBars = 160;
  /// `time` not before that of any earlier call; unknown times are left out.
  void add(Timestamp time, sigma::Level level, std::uint64_t count);

  Timestamp start() const { return {start_us_}; }
  std::int64_t width_us() const { return width_us_; }
  const std::vector<LevelCounts>& bars() const { return bars_; }

 private:
  void widen();

  static constexpr std::int64_t kMinute = 60'000'000;
  std::int64_t start_us_ = 0, width_us_ = kMinute;
  std::vector<LevelCounts> bars_;
};

}  // namespace yorozu::hunt
