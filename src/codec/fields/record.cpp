#include "codec/fields/record.h"

#include <algorithm>

namespace yorozu::codec::fields {

std::optional<Timestamp> epoch_time(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto whole = whole_number(text.substr(0, point));
  if (!whole) return std::nullopt;
  const auto value = static_cast<std::int64_t>(*whole);
  switch (point) {
    case 9:
    case 10: {
      std::int64_t micros = 0;
      std::size_t digits = 0;
      for (const char c : text.substr(std::min(point + 1, text.size()))) {
        if (!is_digit(c)) return std::nullopt;
        if (digits++ < 6) micros = micros * 10 + (c - '0');
      }
      for (; digits < 6; ++digits) micros *= 10;
      return Timestamp{value * 1'000'000 + micros};
    }
    case 13:
      return Timestamp{value * 1000};
    case 16:
      return Timestamp{value};
    case 19:
      return Timestamp{value / 1000};
    default:
      return std::nullopt;
  }
}

namespace {

int month_of(std::string_view word) {
  static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (word.size() < 3) return 0;
  std::array<char, 3> lower{};
  for (std::size_t i = 0; i < 3; ++i) lower[i] = static_cast<char>(word[i] | 0x20);
  const std::size_t at = kMonths.find(std::string_view(lower.data(), 3));
  return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

/// "01:02:03" with up to six decimals.
bool read_clock(std::string_view text, CivilTime& civil) {
  const auto part = [&](std::size_t at, std::uint64_t limit) -> int {
    if (at + 2 > text.size()) return -1;
    const auto value = whole_number(text.substr(at, 2));
    return value && *value <= limit ? static_cast<int>(*value) : -1;
  };
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return false;
  civil.hour = part(0, 23);
  civil.minute = part(3, 59);
  civil.second = part(6, 60);
  if (civil.hour < 0 || civil.minute < 0 || civil.second < 0) return false;
  if (text.size() == 8) return true;
  if (text[8] != '.' && text[8] != ',') return false;
  int scale = 100'000;
  for (const char c : text.substr(9)) {
    if (!is_digit(c)) return false;
    civil.microsecond += (c - '0') * scale;
    scale /= 10;
  }
  return true;
}

}  // namespace

Timestamp without_year(CivilTime civil, Timestamp reference) {
  if (!reference.known()) return {};
  constexpr std::int64_t kDay = 86'400'000'000;
  civil.year = to_civil(Timestamp{reference.us + kDay}).year;
  Timestamp time = from_civil(civil);
  if (time.us > reference.us + kDay) {
    --civil.year;
    time = from_civil(civil);
  }
  return time;
}

std::optional<WordedTime> worded_time(std::string_view text, Timestamp reference) {
  CivilTime civil;
  civil.month = month_of(take_word(text));
  const auto day = whole_number(take_word(text));
  if (civil.month == 0 || !day || *day < 1 || *day > 31) return std::nullopt;
  civil.day = static_cast<int>(*day);
  std::string_view word = take_word(text);
  std::optional<std::uint64_t> year;
  if (word.size() == 4 && (year = whole_number(word))) word = take_word(text);
  if (!read_clock(word, civil)) return std::nullopt;
  if (!year) return WordedTime{without_year(civil, reference), false};
  civil.year = static_cast<std::int64_t>(*year);
  Timestamp time = from_civil(civil);
  const std::string_view zone = take_word(text);
  if (zone == "UTC" || zone == "GMT" || zone == "Z") return WordedTime{time, true};
  if (zone.size() == 5 && (zone[0] == '+' || zone[0] == '-')) {
    if (const auto offset = whole_number(zone.substr(1))) {
      const auto minutes = static_cast<std::int64_t>(*offset / 100 * 60 + *offset % 100);
      time.us -= (zone[0] == '+' ? 1 : -1) * minutes * 60'000'000;
      return WordedTime{time, true};
    }
  }
  return WordedTime{time, false};
}

Endpoint split_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !whole_number(text.substr(colon + 1))) return {text, {}};
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return {address, text.substr(colon + 1)};
}

bool names_zone(std::string_view text) {
  if (text.ends_with('Z') || text.ends_with('z')) return true;
  const std::size_t clock = text.find(':');
  return clock != std::string_view::npos && text.find_first_of("+-", clock) != std::string_view::npos;
}

}  // namespace yorozu::codec::fields
