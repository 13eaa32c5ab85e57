// Calendar arithmetic by counting days in cycles of 400 years (146,097 days), with years that begin in March, so that
// the leap day is the last of its year. No libc: its functions read the environment, lock, and know only some years.
#include "base/time.h"

#include <algorithm>
#include <array>

namespace yorozu {
namespace {

constexpr std::int64_t kDaySeconds = 86400;
constexpr std::int64_t kSecond = 1000000;  // in microseconds
constexpr std::int64_t kCycleDays = 146097;
constexpr std::int64_t kEpochFromMarch0 = 719468;  // days from 0000-03-01 to 1970-01-01

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// Days since 1970-01-01.
constexpr std::int64_t days_of(std::int64_t year, int month, int day) {
  const std::int64_t march_year = month > 2 ? year : year - 1;
  const std::int64_t cycle = floor_div(march_year, 400);
  const std::int64_t year_of_cycle = march_year - cycle * 400;
  const int march_month = month > 2 ? month - 3 : month + 9;
  const std::int64_t day_of_year =
      (153 * march_month + 2) / 5 + day - 1;  // months of 31 and 30 days in turn, five by five
  const std::int64_t day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
  return cycle * kCycleDays + day_of_cycle - kEpochFromMarch0;
}
static_assert(days_of(1970, 1, 1) == 0 && days_of(2000, 3, 1) == 11017 && days_of(1601, 1, 1) == -134774);

void set_date(std::int64_t days, CivilTime& civil) {
  const std::int64_t from_march0 = days + kEpochFromMarch0;
  const std::int64_t cycle = floor_div(from_march0, kCycleDays);
  const std::int64_t day_of_cycle = from_march0 - cycle * kCycleDays;
  // Leap days before this one are taken away, so that every year has 365 days.
  const std::int64_t year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / (kCycleDays - 1)) / 365;
  const std::int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  const std::int64_t march_month = (5 * day_of_year + 2) / 153;
  civil.day = static_cast<int>(day_of_year - (153 * march_month + 2) / 5 + 1);
  civil.month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
  civil.year = year_of_cycle + cycle * 400 + (civil.month <= 2 ? 1 : 0);
  civil.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
}

int days_in_month(std::int64_t year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// Reads forward; after the first misfit every step says no.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  bool next_is_digit() const { return !done() && text_[at_] >= '0' && text_[at_] <= '9'; }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool take_any(std::string_view of) { return !done() && of.contains(text_[at_]) && take(text_[at_]); }
  /// Exactly `digits` of them, value within [low, high].
  bool number(int digits, int low, int high, int& to) {
    if (text_.size() - at_ < static_cast<std::size_t>(digits)) return false;
    int value = 0;
    for (int i = 0; i < digits; ++i) {
      if (!next_is_digit()) return false;
      value = value * 10 + (text_[at_++] - '0');
    }
    to = value;
    return value >= low && value <= high;
  }
  /// Digits of a fraction, as microseconds; what is finer is cut off.
  bool fraction(std::int32_t& microsecond) {
    if (!next_is_digit()) return false;
    std::int32_t scale = 100000;
    for (microsecond = 0; next_is_digit(); ++at_, scale /= 10) microsecond += (text_[at_] - '0') * scale;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

struct ParsedTime {
  CivilTime civil;
  std::optional<int> offset;  ///< seconds east of UTC, when the text says
};

bool parse_zone(Cursor& in, std::optional<int>& offset) {
  const bool blank = in.take(' ');
  if (in.take_any("Zz") || (blank && (in.take("UTC") || in.take("GMT")))) {
    offset = 0;
    return true;
  }
  const bool west = in.take('-');
  if (!west && !in.take('+')) return false;
  int hours = 0, minutes = 0;
  if (!in.number(2, 0, 23, hours)) return false;
  const bool colon = in.take(':');
  if ((colon || in.next_is_digit()) && !in.number(2, 0, 59, minutes)) return false;
  offset = (hours * 60 + minutes) * (west ? -60 : 60);
  return true;
}

std::optional<ParsedTime> parse(std::string_view text) {
  Cursor in(text);
  ParsedTime out;
  int year = 0;
  CivilTime& civil = out.civil;
  if (!in.number(4, 0, 9999, year) || !in.take('-') || !in.number(2, 1, 12, civil.month) || !in.take('-')) return {};
  civil.year = year;
  if (!in.number(2, 1, days_in_month(year, civil.month), civil.day)) return {};
  if (in.done()) return out;
  if (!in.take_any("Tt ")) return {};
  if (!in.number(2, 0, 23, civil.hour) || !in.take(':') || !in.number(2, 0, 59, civil.minute)) return {};
  if (in.take(':')) {
    if (!in.number(2, 0, 60, civil.second)) return {};
    if (in.take_any(".,") && !in.fraction(civil.microsecond)) return {};
  }
  if (!in.done() && !parse_zone(in, out.offset)) return {};
  if (!in.done()) return {};
  return out;
}

void write_digits(int value, int digits, char* to) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

/// Years that four digits can show.
Timestamp showable(Timestamp time) {
  constexpr std::int64_t kFirst = days_of(0, 1, 1) * kDaySeconds * kSecond;
  constexpr std::int64_t kLast = days_of(10000, 1, 1) * kDaySeconds * kSecond - 1;
  return {std::clamp(time.us, kFirst, kLast)};
}

/// "2026-11-24?01:02:03.": 20 characters.
void write_date_and_time(const CivilTime& civil, char between, char* to) {
  write_digits(static_cast<int>(civil.year), 4, to);
  to[4] = to[7] = '-';
  write_digits(civil.month, 2, to + 5);
  write_digits(civil.day, 2, to + 8);
  to[10] = between;
  write_digits(civil.hour, 2, to + 11);
  to[13] = to[16] = ':';
  write_digits(civil.minute, 2, to + 14);
  write_digits(civil.second, 2, to + 17);
  to[19] = '.';
}

}  // namespace

CivilTime to_civil(Timestamp time) {
  CivilTime civil;
  const std::int64_t seconds = floor_div(time.us, kSecond);
  const std::int64_t days = floor_div(seconds, kDaySeconds);
  civil.microsecond = static_cast<std::int32_t>((time.us % kSecond + kSecond) % kSecond);
  const int second_of_day = static_cast<int>(seconds - days * kDaySeconds);
  civil.hour = second_of_day / 3600;
  civil.minute = second_of_day / 60 % 60;
  civil.second = second_of_day % 60;
  set_date(days, civil);
  return civil;
}

Timestamp from_civil(const CivilTime& civil) {
  constexpr std::int64_t kFarYear = 1000000;  // beyond what 64 bits of microseconds hold
  const std::int64_t days = days_of(std::clamp(civil.year, -kFarYear, kFarYear), civil.month, civil.day);
  const int second_of_day = civil.hour * 3600 + civil.minute * 60 + civil.second;
  std::int64_t seconds = days * kDaySeconds + second_of_day;
  std::int64_t rest = civil.microsecond;
  if (seconds < 0) {  // from the other side, so that the product stays in range when the sum does
    ++seconds;
    rest -= kSecond;
  }
  std::int64_t us = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &us) || __builtin_add_overflow(us, rest, &us))
    us = seconds < 0 ? INT64_MIN + 1 : INT64_MAX;
  return {us};
}

void write_rfc3339(Timestamp time, char* to) {
  const CivilTime civil = to_civil(showable(time));
  write_date_and_time(civil, 'T', to);
  write_digits(civil.microsecond, 6, to + 20);
  to[26] = 'Z';
}

std::string format_rfc3339(Timestamp time) {
  std::string text(27, '\0');
  write_rfc3339(time, text.data());
  return text;
}

std::optional<Timestamp> parse_time(std::string_view text) {
  const auto parsed = parse(text);
  if (!parsed) return {};
  return Timestamp{from_civil(parsed->civil).us - parsed->offset.value_or(0) * kSecond};
}

std::string TimeZone::format(Timestamp time) const {
  const std::int32_t offset = offset_at(time);
  const CivilTime civil = to_civil(showable({showable(time).us + offset * kSecond}));
  std::string text(30, '\0');
  write_date_and_time(civil, ' ', text.data());
  write_digits(civil.microsecond / 1000, 3, text.data() + 20);
  const int minutes = std::abs(offset) / 60;
  text[23] = ' ';
  text[24] = offset < 0 ? '-' : '+';
  write_digits(minutes / 60, 2, text.data() + 25);
  text[27] = ':';
  write_digits(minutes % 60, 2, text.data() + 28);
  return text;
}

std::optional<Timestamp> TimeZone::parse(std::string_view text) const {
  const auto parsed = yorozu::parse(text);
  if (!parsed) return {};
  const Timestamp as_if_utc = from_civil(parsed->civil);
  if (parsed->offset) return Timestamp{as_if_utc.us - *parsed->offset * kSecond};
  return Timestamp{as_if_utc.us - offset_of_local(as_if_utc) * kSecond};
}

}  // namespace yorozu
