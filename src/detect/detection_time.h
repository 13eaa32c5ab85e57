/// The time at which live correlation sees an event. Windows are made of event times, but the engine must not wait for
/// devices without a clock, nor mix what happens now with what a laptop kept for a day.
#pragma once

#include "base/time.h"

namespace yorozu::detect {

inline constexpr std::int64_t kFutureLiveUs = std::int64_t{300} * 1000000;  ///< after it was received

/// How the source passes events on.
enum class Delivery : std::uint8_t {
  AsTheyHappen,  ///< syslog: what comes late has a wrong clock
  FromStore,     ///< files, journals, agents with a queue, uploads: what comes late happened earlier
};

struct DetectionTime {
  enum class Clock : std::uint8_t {
    Event,    ///< its own time, among all that happens now
    Arrival,  ///< when it was received: its own time is unknown or cannot be right
    Late,     ///< its own time, but only among late events of the same source
  };
  Timestamp time;
  Clock clock = Clock::Arrival;
  bool operator==(const DetectionTime&) const = default;
};

/// `tolerance_us`: how late an event may be to count as happening now.
inline DetectionTime detection_time(Timestamp event, Timestamp received, std::int64_t tolerance_us, Delivery delivery) {
  using Clock = DetectionTime::Clock;
  if (!event.known() || event.us > received.us + kFutureLiveUs) return {received, Clock::Arrival};
  if (event.us >= received.us - tolerance_us) return {event, Clock::Event};
  if (delivery == Delivery::AsTheyHappen) return {received, Clock::Arrival};
  return {event, Clock::Late};
}

}  // namespace yorozu::detect
