#include "clock_text.h"

#include <cstring>
#include <string_view>

#include "base/time.h"

namespace yorozu::load {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kZone = 9 * 3600;
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void put(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
}

}  // namespace

void write_digits(std::uint64_t number, std::size_t width, char* to) {
  for (std::size_t i = width; i-- > 0; number /= 10) to[i] = static_cast<char>('0' + number % 10);
}

void ClockText::set(std::int64_t us) {
  us_ = us;
  const std::int64_t second = us / kSecond;
  if (second == second_) return;
  second_ = second;
  utc_ = format_rfc3339(Timestamp{second * kSecond}).substr(0, 19);
  const Timestamp local{(second + kZone) * kSecond};
  local_ = format_rfc3339(local).substr(0, 19);
  const std::string_view month = kMonths[to_civil(local).month - 1];
  const std::string day = local_.substr(8, 2), clock = local_.substr(11);
  rfc3164_ = std::string(month) + " " + (day[0] == '0' ? " " + day.substr(1) : day) + " " + clock;
  apache_ = day + "/" + std::string(month) + "/" + local_.substr(0, 4) + ":" + clock + " +0900";
}

void ClockText::write(PatchKind kind, char* to) const {
  const auto fraction = static_cast<std::uint64_t>(us_ % kSecond);
  switch (kind) {
    case PatchKind::Rfc5424:
      put(local_, to);
      to[19] = '.';
      write_digits(fraction, 6, to + 20);
      return put("+09:00", to + 26);
    case PatchKind::Rfc3164:
      return put(rfc3164_, to);
    case PatchKind::Iso:
    case PatchKind::SysmonUtc:
      put(utc_, to);
      to[19] = '.';
      write_digits(fraction / 1000, 3, to + 20);
      if (kind == PatchKind::Iso)
        to[23] = 'Z';
      else
        to[10] = ' ';
      return;
    case PatchKind::Date:
      return put(std::string_view(local_).substr(0, 10), to);
    case PatchKind::Clock:
      return put(std::string_view(local_).substr(11), to);
    case PatchKind::EpochNs:
      return write_digits(static_cast<std::uint64_t>(us_) * 1000, 19, to);
    case PatchKind::Apache:
      return put(apache_, to);
    case PatchKind::Number:
    case PatchKind::Digits:
    case PatchKind::Hex:
    case PatchKind::Port:
      return;
  }
}

}  // namespace yorozu::load
