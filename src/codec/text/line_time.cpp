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
  std::int32_t value = 0;
  for (int n = 0; is_digit(scan.peek()); scan.drop(1), ++n)
    if (n < 6)
      value = value * 10 + (scan.peek() - '0');
    else
      continue;
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

std::optional<BsdTime> scan_bsd_time(Scan& scan, Timestamp written) {
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
  if (has_year) return BsdTime{from_civil(civil)};
  if (!written.known()) return BsdTime{};
  civil.year = to_civil({written.us + kDay}).year;
  Timestamp time = from_civil(civil);
  if (time.us > written.us + kDay) {
    --civil.year;
    time = from_civil(civil);
  }
  return BsdTime{time};
}

std::optional<Timestamp> scan_iso_time(Scan& scan) {
  const std::string_view text = scan.rest();
  if (text.size() < 19 || !is_digit(text[0]) || !is_digit(text[3]) || (text[4] != '-' && text[4] != '/') ||
      text[7] != text[4] || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  std::size_t end = 19;
  if (end + 1 < text.size() && (text[end] == '.' || text[end] == ',') && is_digit(text[end + 1]))
    for (++end; end < text.size() && is_digit(text[end]);) ++end;
  if (end < text.size() && text[end] == 'Z') {
    ++end;
  } else if (end + 4 < text.size() && (text[end] == '+' || text[end] == '-') && is_digit(text[end + 1])) {
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
  if (time) scan.drop(end);
  return time;
}

std::optional<Timestamp> scan_access_time(Scan& scan) {
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
  std::int64_t offset = 0;
  if (at.skip(' ') && (at.peek() == '+' || at.peek() == '-')) {
    const bool west = at.peek() == '-';
    at.drop(1);
    const auto hours = at.number(2), minutes = at.number(2);
    if (!hours || !minutes) return std::nullopt;
    offset = (*hours * 3600 + *minutes * 60) * (west ? -1 : 1);
  }
  scan = at;
  return Timestamp{from_civil(civil).us - offset * kSecond};
}

std::optional<Timestamp> scan_asctime(Scan& scan) {
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
  return from_civil(civil);
}

}  // namespace yorozu::codec::text
