#include "sigma/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "sigma/pattern.h"

namespace yorozu::sigma {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Number> parse_hex(std::string_view digits, bool negative) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  const std::string sign = negative ? "-" : "";
  return Number{negative ? -static_cast<double>(value) : static_cast<double>(value), sign + std::to_string(value)};
}

/// A decimal text in which nothing is ambiguous: no leading zeros, digits around the point.
bool is_plain_decimal(std::string_view digits) {
  const std::size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  if (!all_digits(whole) || (whole.size() > 1 && whole[0] == '0')) return false;
  return point == std::string_view::npos || all_digits(digits.substr(point + 1));
}

/// Numbers and booleans of YAML 1.1 that are not ours: worth a word, because other tools read them differently.
bool is_yaml11_special(std::string_view text) {
  constexpr std::array<std::string_view, 16> kWords = {"yes", "Yes", "YES", "no",  "No", "NO", "on", "On",
                                                       "ON",  "off", "Off", "OFF", "y",  "Y",  "n",  "N"};
  if (std::ranges::find(kWords, text) != kWords.end()) return true;
  const bool number_like = text.size() > 1 && std::ranges::all_of(text, [](char c) {
                             return (c >= '0' && c <= '9') || c == '_' || c == ':';
                           });
  return number_like && text[0] != '_' && text[0] != ':';
}

}  // namespace

std::optional<Number> parse_number(std::string_view text) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.starts_with("0x") || digits.starts_with("0X")) return parse_hex(digits.substr(2), negative);
  if (!is_plain_decimal(digits)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return Number{negative ? -value : value, (negative ? "-" : "") + std::string(digits)};
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

Matcher value_of(const YamlNode& scalar, Report& report) {
  if (scalar.is_null()) return Null{};
  if (scalar.plain) {
    if (const auto boolean = parse_boolean(scalar.text)) return Boolean{*boolean};
    if (auto number = parse_number(scalar.text)) return *std::move(number);
    if (is_yaml11_special(scalar.text))
      report.warning(scalar.span, "yaml11-value",
                     "'" + scalar.text + "' is read as text here, and as something else by YAML 1.1 tools",
                     "put it in quotes");
  }
  return parse_pattern(scalar.text);
}

}  // namespace yorozu::sigma
