#include "codec/json/values.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace yorozu::codec::json {
namespace {

std::string_view plain(const event::Value& value) {
  return as_text(value.bytes());
}

/// "1583506012.28": microseconds, whatever the unit was.
std::optional<Timestamp> epoch_time(std::string_view digits) {
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || !(number >= 1e8)) return std::nullopt;
  if (number < 1e11) {  // seconds; exact to the microsecond, which a double is not
    const std::size_t dot = digits.find('.');
    std::int64_t seconds = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), seconds).ec != std::errc()) return std::nullopt;
    std::int64_t micros = 0;
    if (dot != std::string_view::npos && digits.find_first_of("eE") == std::string_view::npos) {
      std::string fraction(digits.substr(dot + 1, 6));
      fraction.resize(6, '0');
      std::from_chars(fraction.data(), fraction.data() + fraction.size(), micros);
    }
    return Timestamp{seconds * 1'000'000 + micros};
  }
  if (number < 1e14) return Timestamp{static_cast<std::int64_t>(number * 1e3)};
  if (number < 1e17) return Timestamp{static_cast<std::int64_t>(number)};
  if (number < 1e19) return Timestamp{static_cast<std::int64_t>(number / 1e3)};
  return std::nullopt;
}

}  // namespace

std::string unescaped(std::string_view inside) {
  if (inside.find('\\') == std::string_view::npos) return std::string(inside);
  return event::to_text(view(inside, event::ValueType::JsonEscaped));
}

std::string_view text_of(const event::Value& value, Arena& arena) {
  if (value.type == event::ValueType::JsonEscaped) return arena.copy(unescaped(plain(value)));
  return value.is_null() ? std::string_view() : plain(value);
}

std::optional<Timestamp> time_of(const event::Value& value) {
  std::string_view text = plain(value);
  if (value.type == event::ValueType::JsonNumber) return epoch_time(text);
  if (value.type != event::ValueType::Utf8 && value.type != event::ValueType::JsonEscaped) return std::nullopt;
  const std::size_t date = text.find("/Date(");
  if (date <= 1) {
    text.remove_prefix(date + 6);
    return epoch_time(text.substr(0, text.find_first_of(")+\\")));
  }
  if (const auto time = parse_time(text)) return time;
  return epoch_time(text);
}

std::optional<std::uint64_t> number_of(const event::Value& value) {
  const std::string_view text = plain(value);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace yorozu::codec::json
