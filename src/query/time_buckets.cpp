#include "query/time_buckets.h"

#include <array>

namespace yorozu::query {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kMonday = 4 * kDay;  // 1970-01-05

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// Of all units but months.
std::int64_t width_of(const Span& span) {
  constexpr std::array<std::int64_t, 5> kUnits = {kSecond, 60 * kSecond, 3600 * kSecond, kDay, 7 * kDay};
  return kUnits[static_cast<std::size_t>(span.unit)] * span.count;
}
std::int64_t origin_of(const Span& span) {
  return span.unit == Span::Unit::Week ? kMonday : 0;
}

}  // namespace

std::int64_t TimeBuckets::index_of(Timestamp time) {
  constexpr std::int64_t kQuarter = 900 * kSecond;
  if (const std::int64_t quarter = floor_divide(time.us, kQuarter); quarter != quarter_) {
    quarter_ = quarter;
    offset_us_ = zone_.offset_at(time) * kSecond;
  }
  const std::int64_t local = time.us + offset_us_;
  if (span_.unit != Span::Unit::Month) return floor_divide(local - origin_of(span_), width_of(span_));
  const CivilTime civil = to_civil({local});
  return floor_divide((civil.year - 1970) * 12 + civil.month - 1, span_.count);
}

Timestamp TimeBuckets::begin_of(std::int64_t index) const {
  std::int64_t local = 0;
  if (span_.unit == Span::Unit::Month) {
    const std::int64_t month = index * span_.count;
    CivilTime civil;
    civil.year = 1970 + floor_divide(month, 12);
    civil.month = static_cast<int>(month - floor_divide(month, 12) * 12) + 1;
    local = from_civil(civil).us;
  } else {
    local = index * width_of(span_) + origin_of(span_);
  }
  // The offset in force at the beginning itself, found from a moment that is near it.
  const Timestamp near{local - zone_.offset_at({local}) * kSecond};
  return {local - zone_.offset_at(near) * kSecond};
}

}  // namespace yorozu::query
