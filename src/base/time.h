/// Time as the product keeps it: UTC, microseconds since 1970. Texts: RFC 3339. Zones: IANA names, by ICU.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yorozu {

struct Timestamp {
  std::int64_t us = INT64_MIN;  ///< INT64_MIN: no time known

  static constexpr Timestamp none() { return {}; }
  constexpr bool known() const { return us != INT64_MIN; }
  constexpr auto operator<=>(const Timestamp&) const = default;
};

/// Windows FILETIME: 100 ns since 1601-01-01 UTC. Any value is accepted.
constexpr Timestamp from_filetime(std::uint64_t filetime) {
  constexpr std::int64_t kEpochDifferenceUs = 11644473600LL * 1000000;
  return {static_cast<std::int64_t>(filetime / 10) - kEpochDifferenceUs};
}

/// Calendar fields of the proleptic Gregorian calendar.
struct CivilTime {
  std::int64_t year = 1970;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0;  ///< 1-12, 1-31, 0-23, 0-59, 0-60
  std::int32_t microsecond = 0;
  int weekday = 4;  ///< 0 = Sunday; derived, ignored by from_civil
};
CivilTime to_civil(Timestamp time);
Timestamp from_civil(const CivilTime& civil);

/// "2026-11-24T01:02:03.456789Z"; `known()` only. Years outside 0000-9999 are clamped.
std::string format_rfc3339(Timestamp time);
/// Writes exactly 27 characters.
void write_rfc3339(Timestamp time, char* to);

/// RFC 3339 date-time, and what logs make of it: blank for 'T', ',' for '.', no zone (then UTC), no fraction, no
/// seconds, date alone, `+0900`. nullopt when it is none of these.
std::optional<Timestamp> parse_time(std::string_view text);

/// A zone of the IANA database, for showing times. Reentrant.
class TimeZone {
 public:
  static TimeZone utc();
  static TimeZone local();
  static Result<TimeZone> named(std::string_view iana_name);  ///< InvalidInput when ICU does not know it

  std::string_view name() const { return name_; }
  /// Offset from UTC at that moment, in seconds.
  std::int32_t offset_at(Timestamp time) const;
  /// "2026-11-24 10:02:03.456 +09:00"
  std::string format(Timestamp time) const;
  /// As parse_time, but a text without zone is in this one.
  /// In the hour that daylight saving repeats the first one is meant; in the one it skips, the clock that ran until
  /// then.
  std::optional<Timestamp> parse(std::string_view text) const;

 private:
  struct Impl;
  TimeZone(std::string name, std::shared_ptr<const Impl> impl);
  /// Offset of a reading of the local clock, given as if it were UTC.
  std::int32_t offset_of_local(Timestamp as_if_utc) const;
  std::string name_;
  std::shared_ptr<const Impl> impl_;  // shared: zones are values, ICU's object behind them is immutable and heavy
};

}  // namespace yorozu
