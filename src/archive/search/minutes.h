/// Events by minute of their time: what histograms are made of.
#pragma once

#include <cstdint>
#include <map>

#include "base/time.h"

namespace yorozu::archive::search {

inline constexpr std::int64_t kMinuteUs = 60'000'000;

/// Since 1970, also before it.
constexpr std::int64_t minute_of(Timestamp time) {
  return time.us / kMinuteUs - (time.us % kMinuteUs < 0 ? 1 : 0);
}

/// By minute since 1970.
using MinuteCounts = std::map<std::int64_t, std::uint64_t>;

}  // namespace yorozu::archive::search
