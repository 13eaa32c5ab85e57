#include "hunt/report_chart.h"

#include <algorithm>
#include <utility>

namespace yorozu::hunt {

namespace {

/// Each is a multiple of the one before, so that bars can be put together.
constexpr std::int64_t kMinutes[] = {1, 5, 15, 30, 60, 180, 360, 720, 1440, 10080, 40320, 403200, 4032000, 40320000};

std::int64_t floor_to(std::int64_t value, std::int64_t unit) {
  const std::int64_t rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

}  // namespace

void ReportChart::widen() {
  const auto wider = std::ranges::upper_bound(kMinutes, width_us_ / kMinute);
  const std::int64_t width = (wider == std::end(kMinutes) ? width_us_ / kMinute * 10 : *wider) * kMinute;
  const std::int64_t start = floor_to(start_us_, width);
  std::vector<LevelCounts> bars;
  for (std::size_t i = 0; i < bars_.size(); ++i) {
    const auto to = static_cast<std::size_t>((start_us_ + static_cast<std::int64_t>(i) * width_us_ - start) / width);
    if (bars.size() <= to) bars.resize(to + 1);
    for (std::size_t level = 0; level < kLevels; ++level) bars[to][level] += bars_[i][level];
  }
  bars_ = std::move(bars);
  start_us_ = start;
  width_us_ = width;
}

void ReportChart::add(Timestamp time, sigma::Level level, std::uint64_t count) {
  if (!time.known()) return;
  if (bars_.empty()) start_us_ = floor_to(time.us, width_us_);
  while ((time.us - start_us_) / width_us_ >= static_cast<std::int64_t>(kMaxBars)) widen();
  const auto at = static_cast<std::size_t>(std::max<std::int64_t>(time.us - start_us_, 0) / width_us_);
  if (bars_.size() <= at) bars_.resize(at + 1);
  bars_[at][static_cast<std::size_t>(level)] += count;
}

}  // namespace yorozu::hunt
