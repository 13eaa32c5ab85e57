/// Spans of time as a clock on the wall has them: days begin at midnight of the zone, weeks on Monday.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "query/stage.h"

namespace yorozu::query {

class TimeBuckets {
 public:
  TimeBuckets(const Span& span, const TimeZone& zone) : span_(span), zone_(zone) {}

  /// Buckets are numbered without gaps in order of time. `time` is known.
  std::int64_t index_of(Timestamp time);
  Timestamp begin_of(std::int64_t index) const;

 private:
  Span span_;
  TimeZone zone_;
  /// Zones change at whole quarters of an hour, so the offset is asked for once in each.
  std::int64_t quarter_ = INT64_MIN, offset_us_ = 0;
};

}  // namespace yorozu::query
