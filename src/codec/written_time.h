/// A time as a log writes it, and the moment it means. A text without zone is a reading of somebody's clock; where that
/// clock stands only the person who runs the device knows, so the zone is handed to the decoder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace yorozu::codec {

struct WrittenTime {
  Timestamp time;         ///< when is_local: what the clock showed, as if it were UTC
  bool is_local = false;  ///< no zone was written

  WrittenTime() = default;
  WrittenTime(Timestamp moment) : time(moment) {}  // NOLINT(google-explicit-constructor): a moment is one
  static WrittenTime local(Timestamp reading) {
    WrittenTime out(reading);
    out.is_local = true;
    return out;
  }
  bool known() const { return time.known(); }
  bool operator==(const WrittenTime&) const = default;
};

/// Readings of a clock in one zone to moments. In the hour that daylight saving repeats the first one is meant; in the
/// one it skips, the clock that ran until then. For one thread: it remembers the offset of a stretch of time, as lines
/// come close to each other and asking the zone each time would cost as much as reading the line.
class LocalClock {
 public:
  explicit LocalClock(TimeZone zone = TimeZone::utc()) : zone_(std::move(zone)) {}

  const TimeZone& zone() const { return zone_; }
  Timestamp moment(const WrittenTime& written);

 private:
  TimeZone zone_;
  std::int64_t stretch_ = INT64_MIN;
  std::int64_t offset_us_ = 0;
};

/// Zones by the names that lines of the archive have; each is looked up once. For one thread.
class Zones {
 public:
  /// Null: "" or a name that nobody knows. Valid as long as this.
  const TimeZone* find(std::string_view name);

 private:
  static constexpr std::size_t kMost = 256;
  std::map<std::string, std::optional<TimeZone>, std::less<>> known_;
};

}  // namespace yorozu::codec
