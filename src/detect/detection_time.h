/// The time at which live correlation sees an event. Devices without a clock, and RFC 3164 without year or zone, state
/// times that are hours or years off; a window must not wait for them.
#pragma once

#include "base/time.h"

namespace yorozu::detect {

inline constexpr std::int64_t kOldestLiveUs = std::int64_t{24} * 3600 * 1000000;  ///< before it was received
inline constexpr std::int64_t kFutureLiveUs = std::int64_t{300} * 1000000;        ///< after it was received

/// The event's own time when it lies within `received` -24 h ... +5 min, else `received`.
inline Timestamp detection_time(Timestamp event, Timestamp received) {
  if (!event.known() || event.us < received.us - kOldestLiveUs || event.us > received.us + kFutureLiveUs)
    return received;
  return event;
}

}  // namespace yorozu::detect
