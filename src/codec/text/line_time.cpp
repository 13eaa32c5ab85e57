#include "codec/text/line_time.h"

#include <array>
#include <string>

namespace yorozu::codec::text {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

bool in_range(const CivilTime& civil) {
  return civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31 && civil.hour <= 23 &&
         civil.minute <= 59 && civil.second <= 60;
}

/// "01:02:03"
bool scan_clock(Scan& scan, CivilTime& civil) {
  const auto hour = scan.number(2);
  if (!hour || !scan.skip(':')) return false;
  const auto minute = scan.number(2);
  if (!minute || !scan.skip(':')) return false;
  const auto second = scan.number(2);
  if (!second) return false;
  civil.hour = *hour;
  civil.minute = *minute;
  civil.second = *second;
  return true;
}

/// ".123456", any number of digits, as microseconds.
std::int32_t scan_fraction(Scan& scan) {
  if ((scan.peek() != '.' && scan.peek() != ',') || scan.rest().size() < 2 || !is_digit(scan.rest()[1])) return 0;
  scan.drop(1);
  std::int32_t value = 0, unit = 100'000;
  for (; is_digit(scan.peek()); scan.drop(1), unit /= 10) value += unit * (scan.peek() - '0');
  return value;
}

}  // namespace

int month_number(std::string_view name) {
  if (name.size() < 3) return 0;
  static constexpr std::array kNames = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto lower = [](char c) { return static_cast<char>(c | 0x20); };
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (lower(name[0]) == kNames[i][0] && lower(name[1]) == kNames[i][1] && lower(name[2]) == kNames[i][2])
      return static_cast<int>(i) + 1;
  return 0;
}

std::optional<WrittenTime> scan_bsd_time(Scan& scan, Timestamp written) {
  Scan at = scan;
  CivilTime civil;
  civil.month = month_number(at.rest().substr(0, 3));
  if (civil.month == 0) return std::nullopt;
  at.drop(3);
  if (!at.skip(' ')) return std::nullopt;
  at.skip_blanks();
  const auto day = at.number(2);
  if (!day || !at.skip(' ')) return std::nullopt;
  civil.day = *day;
  at.skip_blanks();
  bool has_year = false;
  if (at.rest().size() > 5 && at.rest()[4] == ' ' && is_digit(at.rest()[3])) {
    const auto year = at.number(4);
    if (!year || *year < 1970) return std::nullopt;
    civil.year = *year;
    has_year = true;
    at.drop(1);
  }
  if (!scan_clock(at, civil) || !in_range(civil)) return std::nullopt;
  civil.microsecond = scan_fraction(at);
  scan = at;
  if (has_year) return WrittenTime::local(from_civil(civil));
  if (!written.known()) return WrittenTime::local({});
  civil.year = to_civil({written.us + kDay}).year;
  Timestamp time = from_civil(civil);
  if (time.us > written.us + kDay) {
    --civil.year;
    time = from_civil(civil);
  }
  return WrittenTime::local(time);
}

std::optional<WrittenTime> scan_iso_time(Scan& scan) {
  const std::string_view text = scan.rest();
  if (text.size() < 19 || !is_digit(text[0]) || !is_digit(text[3]) || (text[4] != '-' && text[4] != '/') ||
      text[7] != text[4] || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  std::size_t end = 19;
  bool has_zone = false;
  if (end + 1 < text.size() && (text[end] == '.' || text[end] == ',') && is_digit(text[end + 1]))
    for (++end; end < text.size() && is_digit(text[end]);) ++end;
  if (end < text.size() && text[end] == 'Z') {
    has_zone = true;
    ++end;
  } else if (end + 4 < text.size() && (text[end] == '+' || text[end] == '-') && is_digit(text[end + 1])) {
    has_zone = true;
    for (++end; end < text.size() && (is_digit(text[end]) || text[end] == ':');) ++end;
    if (text[end - 1] == ':') --end;  // "+09:00: message"
  }
  std::optional<Timestamp> time;
  if (text[4] == '/') {
    std::string dashed(text.substr(0, end));
    dashed[4] = dashed[7] = '-';
    time = parse_time(dashed);
  } else {
    time = parse_time(text.substr(0, end));
  }
  if (!time) return std::nullopt;
  scan.drop(end);
  return has_zone ? WrittenTime(*time) : WrittenTime::local(*time);
}

std::optional<WrittenTime> scan_access_time(Scan& scan) {
  Scan at = scan;
  CivilTime civil;
  const auto day = at.number(2);
  if (!day || !at.skip('/')) return std::nullopt;
  civil.day = *day;
  civil.month = month_number(at.rest());
  if (civil.month == 0) return std::nullopt;
  at.drop(3);
  if (!at.skip('/')) return std::nullopt;
  const auto year = at.number(4);
  if (!year || !at.skip(':')) return std::nullopt;
  civil.year = *year;
  if (!scan_clock(at, civil) || !in_range(civil)) return std::nullopt;
  civil.microsecond = scan_fraction(at);
  std::optional<std::int64_t> offset;
  if (at.skip(' ') && (at.peek() == '+' || at.peek() == '-')) {
    const bool west = at.peek() == '-';
    at.drop(1);
    const auto hours = at.number(2), minutes = at.number(2);
    if (!hours || !minutes) return std::nullopt;
    offset = (*hours * 3600 + *minutes * 60) * (west ? -1 : 1);
  }
  scan = at;
  if (!offset) return WrittenTime::local(from_civil(civil));
  return WrittenTime(Timestamp{from_civil(civil).us - *offset * kSecond});
}

std::optional<WrittenTime> scan_asctime(Scan& scan) {
  Scan at = scan;
  at.drop(3);
  if (!at.skip(' ')) return std::nullopt;
  CivilTime civil;
  civil.month = month_number(at.rest());
  if (civil.month == 0) return std::nullopt;
  at.drop(3);
  at.skip_blanks();
  const auto day = at.number(2);
  if (!day || !at.skip(' ')) return std::nullopt;
  civil.day = *day;
  if (!scan_clock(at, civil) || !in_range(civil)) return std::nullopt;
  civil.microsecond = scan_fraction(at);
  if (!at.skip(' ')) return std::nullopt;
  const auto year = at.number(4);
  if (!year) return std::nullopt;
  civil.year = *year;
  scan = at;
  return WrittenTime::local(from_civil(civil));
}

namespace {

/// " +0900", " +09:00", " Z", " UTC" behind a time without zone; moves the time.
void scan_zone(Scan& scan, WrittenTime& time) {
  Scan at = scan;
  if (!at.skip(' ')) return;
  if (at.skip("UTC") || at.skip("GMT") || at.skip('Z')) {
    if (!at.empty() && at.peek() != ' ' && at.peek() != ']' && at.peek() != ',' && at.peek() != ':') return;
    scan = at;
    time.is_local = false;
    return;
  }
  const bool west = at.peek() == '-';
  if (!west && at.peek() != '+') return;
  at.drop(1);
  if (at.rest().size() < 4 || !is_digit(at.rest()[3])) return;
  const auto hours = at.number(2);
  at.skip(':');
  const auto minutes = at.number(2);
  if (!hours || !minutes || is_digit(at.peek())) return;
  time = Timestamp{time.time.us - (*hours * 3600 + *minutes * 60) * (west ? -1 : 1) * kSecond};
  scan = at;
}

std::optional<WrittenTime> with_clock(Scan& scan, Scan at, CivilTime& civil) {
  if (!scan_clock(at, civil) || !in_range(civil)) return std::nullopt;
  civil.microsecond = scan_fraction(at);
  WrittenTime time = WrittenTime::local(from_civil(civil));
  scan_zone(at, time);
  scan = at;
  return time;
}

/// Without a year: the last such day not later than a day after `written`.
std::optional<WrittenTime> without_year(Scan& scan, Scan at, CivilTime& civil, Timestamp written) {
  if (!scan_clock(at, civil) || !in_range(civil)) return std::nullopt;
  civil.microsecond = scan_fraction(at);
  scan = at;
  if (!written.known()) return WrittenTime::local({});
  civil.year = to_civil({written.us + kDay}).year;
  if (from_civil(civil).us > written.us + kDay) --civil.year;
  return WrittenTime::local(from_civil(civil));
}

/// "24-Nov-2026 01:02:03", "24 Nov 2026 01:02:03"
std::optional<WrittenTime> scan_day_first(Scan& scan) {
  Scan at = scan;
  CivilTime civil;
  const auto day = at.number(2);
  if (!day || (at.peek() != '-' && at.peek() != ' ')) return std::nullopt;
  const char sign = at.peek();
  at.drop(1);
  civil.day = *day;
  civil.month = month_number(at.rest());
  if (civil.month == 0) return std::nullopt;
  at.drop(3);
  if (!at.skip(sign)) return std::nullopt;
  const auto year = at.number(4);
  if (!year || *year < 1970 || !at.skip(' ')) return std::nullopt;
  civil.year = *year;
  return with_clock(scan, at, civil);
}

/// "2026/11/24 - 01:02:03", "2026-11-24  1:02:03"
std::optional<WrittenTime> scan_loose_date(Scan& scan) {
  Scan at = scan;
  CivilTime civil;
  const auto year = at.number(4);
  const char sign = at.peek();
  if (!year || *year < 1970 || (sign != '/' && sign != '-' && sign != '.')) return std::nullopt;
  at.drop(1);
  const auto month = at.number(2);
  if (!month || !at.skip(sign)) return std::nullopt;
  const auto day = at.number(2);
  if (!day || !(at.skip(" - ") || at.skip(' ') || at.skip('T'))) return std::nullopt;
  at.skip_blanks();
  civil.year = *year;
  civil.month = *month;
  civil.day = *day;
  return with_clock(scan, at, civil);
}

/// "11.24 01:02:03" (Proxifier), "11-24 01:02:03" (Android), "26/11/24 01:02:03", "261124 010203" (Hadoop, MySQL)
std::optional<WrittenTime> scan_short_date(Scan& scan, Timestamp written) {
  const std::string_view text = scan.rest();
  const auto digits = [text](std::size_t from, std::size_t n) {
    for (std::size_t i = from; i < from + n; ++i)
      if (i >= text.size() || !is_digit(text[i])) return false;
    return from + n >= text.size() || !is_digit(text[from + n]);
  };
  const auto has = [text](std::size_t at, char c) { return at < text.size() && text[at] == c; };
  CivilTime civil;
  Scan at = scan;
  if (digits(0, 2) && has(2, '/') && digits(3, 2) && has(5, '/') && digits(6, 2) && has(8, ' ')) {
    civil.year = 2000 + *at.number(2);
    at.drop(1);
    civil.month = *at.number(2);
    at.drop(1);
    civil.day = *at.number(2);
    at.drop(1);
    return with_clock(scan, at, civil);
  }
  if (digits(0, 4) && has(4, ' ') && digits(5, 2) && has(7, ':')) {  // klog: "1124 01:02:03.456789"
    civil.month = *at.number(2);
    civil.day = *at.number(2);
    at.drop(1);
    return without_year(scan, at, civil, written);
  }
  if (digits(0, 8) && has(8, '-')) {  // "20261124-1:2:3:456"
    civil.year = *at.number(4);
    civil.month = *at.number(2);
    civil.day = *at.number(2);
    at.drop(1);
    const auto time = with_clock(scan, at, civil);
    if (time && scan.skip(':'))
      while (is_digit(scan.peek())) scan.drop(1);
    return time;
  }
  if (digits(0, 4) && has(4, '-') && digits(5, 2) && has(7, '-') && digits(8, 2) && has(10, '-') && digits(11, 2) &&
      has(13, '.') && digits(14, 2) && has(16, '.') && digits(17, 2)) {  // Blue Gene: "2026-11-24-01.02.03.456789"
    civil.year = *at.number(4);
    at.drop(1);
    civil.month = *at.number(2);
    at.drop(1);
    civil.day = *at.number(2);
    at.drop(1);
    civil.hour = *at.number(2);
    at.drop(1);
    civil.minute = *at.number(2);
    at.drop(1);
    civil.second = *at.number(2);
    if (!in_range(civil)) return std::nullopt;
    civil.microsecond = scan_fraction(at);
    scan = at;
    return WrittenTime::local(from_civil(civil));
  }
  if (digits(0, 2) && (has(2, '.') || has(2, '-')) && digits(3, 2) && has(5, ' ')) {
    civil.month = *at.number(2);
    at.drop(1);
    civil.day = *at.number(2);
    at.drop(1);
    return without_year(scan, at, civil, written);
  }
  if (!digits(0, 6) || text.size() < 13 || text[6] != ' ' || !digits(7, 6)) return std::nullopt;
  civil.year = 2000 + *at.number(2);
  civil.month = *at.number(2);
  civil.day = *at.number(2);
  at.drop(1);
  civil.hour = *at.number(2);
  civil.minute = *at.number(2);
  civil.second = *at.number(2);
  if (!in_range(civil)) return std::nullopt;
  scan = at;
  return WrittenTime::local(from_civil(civil));
}

/// Ten digits and perhaps a fraction; or thirteen (milliseconds), sixteen, nineteen.
std::optional<WrittenTime> scan_epoch(Scan& scan) {
  Scan at = scan;
  std::uint64_t value = 0;  // nineteen digits fit
  int n = 0;
  for (; n < 19 && is_digit(at.peek()); at.drop(1), ++n) value = value * 10 + static_cast<unsigned>(at.peek() - '0');
  if (is_digit(at.peek()) || (n != 10 && n != 13 && n != 16 && n != 19)) return std::nullopt;
  const bool is_nanoseconds = n == 19;
  for (; n < 16; n += 3) value *= 1000;
  if (is_nanoseconds) value /= 1000;
  const std::int32_t fraction = scan_fraction(at);
  scan = at;
  return WrittenTime(Timestamp{static_cast<std::int64_t>(value) + fraction});
}

/// "Tue, 24 Nov 2026 01:02:03 UTC", "Tue Nov 24 01:02:03 JST 2026"
std::optional<WrittenTime> scan_weekday_first(Scan& scan, Timestamp written) {
  static constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  Scan at = scan;
  bool known = false;
  for (const std::string_view day : kDays) known = known || at.skip(day);
  if (!known) return std::nullopt;
  at.skip(',');
  if (!at.skip(' ')) return std::nullopt;
  at.skip_blanks();
  if (is_digit(at.peek())) {
    const auto time = scan_day_first(at);
    if (time) scan = at;
    return time;
  }
  CivilTime civil;
  civil.month = month_number(at.rest());
  if (civil.month == 0) return std::nullopt;
  at.drop(3);
  at.skip_blanks();
  const auto day = at.number(2);
  if (!day || !at.skip(' ')) return std::nullopt;
  civil.day = *day;
  Scan clock = at;
  if (!scan_clock(at, civil) || !in_range(civil)) return std::nullopt;
  civil.microsecond = scan_fraction(at);
  Scan year_at = at;
  year_at.skip(' ');
  bool is_local = true;
  if (!is_digit(year_at.peek())) {  // the name of a zone
    const std::string_view zone = year_at.word();
    is_local = zone != "UTC" && zone != "GMT";
    year_at.skip(' ');
  }
  if (const auto year = year_at.number(4); year && *year >= 1970) {
    civil.year = *year;
    scan = year_at;
    return is_local ? WrittenTime::local(from_civil(civil)) : WrittenTime(from_civil(civil));
  }
  return without_year(scan, clock, civil, written);
}

}  // namespace

std::optional<WrittenTime> scan_any_time(Scan& scan, Timestamp written) {
  if (!is_digit(scan.peek())) {
    if (const auto time = scan_weekday_first(scan, written)) return time;
    return scan_bsd_time(scan, written);
  }
  if (auto time = scan_iso_time(scan)) {
    scan_zone(scan, *time);
    return time;
  }
  if (const auto time = scan_access_time(scan)) return time;
  if (const auto time = scan_day_first(scan)) return time;
  if (const auto time = scan_loose_date(scan)) return time;
  if (const auto time = scan_short_date(scan, written)) return time;
  return scan_epoch(scan);
}

}  // namespace yorozu::codec::text
