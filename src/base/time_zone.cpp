#include <unicode/basictz.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include "base/time.h"

namespace yorozu {

struct TimeZone::Impl {
  std::unique_ptr<const icu::TimeZone> zone;  ///< only const members are called: safe for any number of threads
};

namespace {

constexpr std::string_view kUnknown = "Etc/Unknown";  // ICU's zone for names that it does not have
constexpr double kMillisecondsPerMicrosecond = 1e-3;

std::string id_of(const icu::TimeZone& zone) {
  icu::UnicodeString id;
  std::string name;
  zone.getID(id).toUTF8String(name);
  return name;
}

}  // namespace

namespace {

/// "+09:00" is "GMT+09:00" for ICU.
std::string offset_or_name(std::string_view name) {
  const bool is_offset = name.size() == 6 && (name[0] == '+' || name[0] == '-') && name[3] == ':';
  return (is_offset ? "GMT" : "") + std::string(name);
}

}  // namespace

TimeZone::TimeZone(std::string name, std::shared_ptr<const Impl> impl)
    : name_(std::move(name)), impl_(std::move(impl)) {}

TimeZone TimeZone::utc() {
  static const auto impl =
      std::make_shared<const Impl>(Impl{std::unique_ptr<const icu::TimeZone>(icu::TimeZone::getGMT()->clone())});
  return {"UTC", impl};
}

TimeZone TimeZone::local() {
  std::unique_ptr<const icu::TimeZone> zone(icu::TimeZone::detectHostTimeZone());
  if (zone == nullptr) return utc();
  std::string name = id_of(*zone);
  if (name == kUnknown) return utc();
  return {std::move(name), std::make_shared<const Impl>(Impl{std::move(zone)})};
}

Result<TimeZone> TimeZone::named(std::string_view iana_name) {
  if (iana_name == "UTC" || iana_name == "Z") return utc();
  if (iana_name == "local") return local();
  std::unique_ptr<const icu::TimeZone> zone;
  constexpr std::size_t kLongestName = 64;
  if (iana_name.size() <= kLongestName)
    zone.reset(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(offset_or_name(iana_name))));
  if (zone == nullptr || id_of(*zone) == kUnknown)
    return fail(ErrorCode::InvalidInput, "unknown time zone " + std::string(iana_name.substr(0, kLongestName)));
  return TimeZone(std::string(iana_name), std::make_shared<const Impl>(Impl{std::move(zone)}));
}

std::int32_t TimeZone::offset_at(Timestamp time) const {
  UErrorCode status = U_ZERO_ERROR;
  int32_t raw = 0, daylight = 0;
  impl_->zone->getOffset(static_cast<double>(time.us) * kMillisecondsPerMicrosecond, false, raw, daylight, status);
  return U_SUCCESS(status) ? (raw + daylight) / 1000 : 0;
}

std::int32_t TimeZone::offset_of_local(Timestamp as_if_utc) const {
  const double local = static_cast<double>(as_if_utc.us) * kMillisecondsPerMicrosecond;
  UErrorCode status = U_ZERO_ERROR;
  int32_t raw = 0, daylight = 0;
  if (const auto* zone = dynamic_cast<const icu::BasicTimeZone*>(impl_->zone.get()))
    zone->getOffsetFromLocal(local, UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, raw, daylight, status);
  else
    impl_->zone->getOffset(local, true, raw, daylight, status);
  return U_SUCCESS(status) ? (raw + daylight) / 1000 : 0;
}

}  // namespace yorozu
