#include "codec/table/time_form.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace yorozu::codec::table {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A text of numbers with what stands between them: "2026/11/24 午後 1:02:03".
struct Part {
  std::string_view before;  ///< text in front of the number
  std::int64_t value = 0;
  std::size_t digits = 0;
};

constexpr std::size_t kMaxParts = 8;

struct Parts {
  std::array<Part, kMaxParts> parts;
  std::size_t count = 0;
  std::string_view rest;  ///< behind the last number
};

std::optional<Parts> numbers_of(std::string_view text) {
  Parts out;
  while (true) {
    const auto digit = std::ranges::find_if(text, is_digit);
    const auto before = static_cast<std::size_t>(digit - text.begin());
    if (before == text.size()) {
      out.rest = text;
      return out;
    }
    if (out.count == kMaxParts) return std::nullopt;
    Part& part = out.parts[out.count++];
    part.before = text.substr(0, before);
    text.remove_prefix(before);
    while (!text.empty() && is_digit(text.front())) {
      if (++part.digits > 9) return std::nullopt;
      part.value = part.value * 10 + (text.front() - '0');
      text.remove_prefix(1);
    }
  }
}

int month_of(std::string_view text) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  std::string letters;
  for (const char c : text)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) letters.push_back(static_cast<char>(c | 0x20));
  if (letters.size() < 3) return 0;
  const std::size_t at = kMonths.find(letters.substr(0, 3));
  return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

std::optional<Timestamp> from_epoch(std::string_view text) {
  if (text.empty() || text.size() > 30) return std::nullopt;
  std::int64_t value = 0;
  std::size_t digits = 0, at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at)
    if (++digits <= 18) value = value * 10 + (text[at] - '0');
  std::int64_t micros = 0;
  if (at < text.size()) {
    if (text[at] != '.' || digits > 10) return std::nullopt;
    std::int64_t scale = 100'000;
    for (++at; at < text.size(); ++at, scale /= 10) {
      if (!is_digit(text[at])) return std::nullopt;
      micros += (text[at] - '0') * scale;
    }
  }
  switch (digits) {
    case 10:
      return Timestamp{value * 1'000'000 + micros};
    case 13:
      return Timestamp{value * 1000};
    case 16:
      return Timestamp{value};
    case 19:
      return Timestamp{value / 100};  // one digit was left out above
    default:
      return std::nullopt;
  }
}

enum class Half { None, Morning, Afternoon };

Half half_of(std::string_view text) {
  for (const std::string_view word : {"午後", "PM", "pm", "p.m"})
    if (text.find(word) != std::string_view::npos) return Half::Afternoon;
  for (const std::string_view word : {"午前", "AM", "am", "a.m"})
    if (text.find(word) != std::string_view::npos) return Half::Morning;
  return Half::None;
}

/// Year, month, day from the first numbers; how many of them it took, or 0.
std::size_t read_date(const Parts& parts, CivilTime& civil) {
  const auto& part = parts.parts;
  const auto set = [&](std::int64_t year, std::int64_t month, std::int64_t day) {
    if (year < 100) year += 2000;
    if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return false;
    civil.year = year;
    civil.month = static_cast<int>(month);
    civil.day = static_cast<int>(day);
    return true;
  };
  if (parts.count >= 2) {  // a month in words, in front or between
    if (const int month = month_of(part[0].before); month != 0 && set(part[1].value, month, part[0].value)) return 2;
    if (const int month = month_of(part[1].before); month != 0 && set(part[1].value, month, part[0].value)) return 2;
  }
  if (parts.count < 3 || !part[0].before.empty()) return 0;
  if (part[0].digits == 4) return set(part[0].value, part[1].value, part[2].value) ? 3 : 0;
  const bool slashes = part[1].before == "/" || part[1].before == "-" || part[1].before == ".";
  if (!slashes || part[1].before != part[2].before || (part[2].digits != 4 && part[2].digits != 2)) return 0;
  if (set(part[2].value, part[0].value, part[1].value)) return 3;
  return set(part[2].value, part[1].value, part[0].value) ? 3 : 0;
}

/// Behind a clock: Z, +09:00, -0700.
bool names_zone(std::string_view text) {
  const std::size_t clock = text.find(':');
  return text.ends_with('Z') || text.ends_with('z') ||
         (clock != std::string_view::npos && text.find_first_of("+-", clock) != std::string_view::npos);
}

}  // namespace

std::optional<WrittenTime> read_time(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.size() < 6 || text.size() > 64) return std::nullopt;
  if (text.size() >= 10 && text[4] == '-')
    if (const auto time = parse_time(text)) return names_zone(text) ? WrittenTime(*time) : WrittenTime::local(*time);
  if (const auto time = from_epoch(text)) return time;
  const auto parts = numbers_of(text);
  if (!parts) return std::nullopt;
  CivilTime civil;
  std::size_t at = read_date(*parts, civil);
  if (at == 0) return std::nullopt;
  if (parts->count >= at + 2) {
    const auto& part = parts->parts;
    std::int64_t hour = part[at].value;
    const Half half = half_of(text);
    if (half == Half::Afternoon && hour < 12) hour += 12;
    if (half == Half::Morning && hour == 12) hour = 0;
    const std::int64_t minute = part[at + 1].value;
    const std::int64_t second = parts->count > at + 2 ? part[at + 2].value : 0;
    if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
    civil.hour = static_cast<int>(hour);
    civil.minute = static_cast<int>(minute);
    civil.second = static_cast<int>(second);
    if (parts->count > at + 3 && part[at + 3].before == ".") {
      std::int64_t fraction = part[at + 3].value;
      for (std::size_t digits = part[at + 3].digits; digits < 6; ++digits) fraction *= 10;
      for (std::size_t digits = part[at + 3].digits; digits > 6; --digits) fraction /= 10;
      civil.microsecond = static_cast<std::int32_t>(fraction);
    }
  } else if (parts->count != at) {
    return std::nullopt;
  }
  const Timestamp time = from_civil(civil);
  // A zone as an offset, behind the clock: "+09:00", "+0900".
  const std::size_t sign = text.find_last_of("+-");
  if (sign != std::string_view::npos && sign > 10 && text.find(':') < sign) {
    std::int64_t digits = 0, count = 0;
    for (const char c : text.substr(sign + 1))
      if (is_digit(c)) {
        digits = digits * 10 + (c - '0');
        ++count;
      }
    if (count == 4)
      return WrittenTime(
          Timestamp{time.us - (text[sign] == '+' ? 1 : -1) * (digits / 100 * 60 + digits % 100) * 60'000'000});
  }
  return text.ends_with('Z') || text.ends_with("UTC") || text.ends_with("GMT") ? WrittenTime(time)
                                                                               : WrittenTime::local(time);
}

}  // namespace yorozu::codec::table
