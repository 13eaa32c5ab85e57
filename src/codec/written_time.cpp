#include "codec/written_time.h"

#include <cstdlib>

namespace yorozu::codec {
namespace {

constexpr std::int64_t kStretchUs = std::int64_t{15} * 60 * 1'000'000;  ///< zones change at such minutes
constexpr std::int64_t kFarthestUs = std::int64_t{9000} * 366 * 86'400 * 1'000'000;

}  // namespace

Timestamp LocalClock::moment(const WrittenTime& written) {
  if (!written.is_local || !written.known() || std::abs(written.time.us) > kFarthestUs) return written.time;
  const std::int64_t stretch = written.time.us / kStretchUs - (written.time.us % kStretchUs < 0 ? 1 : 0);
  if (stretch != stretch_) {
    std::string reading = format_rfc3339(written.time);
    reading.pop_back();  // the Z
    const auto moment = zone_.parse(reading);
    stretch_ = stretch;
    offset_us_ = moment ? written.time.us - moment->us : 0;
  }
  return {written.time.us - offset_us_};
}

const TimeZone* Zones::find(std::string_view name) {
  if (name.empty()) return nullptr;
  auto found = known_.find(name);
  if (found == known_.end()) {
    if (known_.size() >= kMost) return nullptr;
    auto zone = TimeZone::named(name);
    found = known_.emplace(name, zone ? std::optional(*std::move(zone)) : std::nullopt).first;
  }
  return found->second ? &*found->second : nullptr;
}

}  // namespace yorozu::codec
