/// How single values read: the parts of event/value.cpp that know the layout of each type. Private to src/event.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/buffer.h"
#include "event/value.h"

namespace yorozu::event::detail {

enum class Case { AsWritten, Folded };

/// The inside of a JSON string with its escapes resolved. Lone surrogates become U+FFFD; what is no escape stays as it
/// is.
void append_unescaped(std::string_view json, Case text_case, Buffer& out);

/// Every type that is stored in binary (Int8 ... Sid), in ASCII. Too few bytes for the type: what is there, in hex.
void append_binary_form(const Value& value, Buffer& out);

/// Text, of any encoding, and numbers written as text.
inline bool is_text(ValueType type) {
  return type >= ValueType::Utf8 && type <= ValueType::JsonNumber;
}

struct BinaryInteger {
  std::uint64_t bits;  ///< two's complement when signed
  bool is_signed;
};
/// Integers, hex numbers and EVTX booleans; nullopt for other types and for too few bytes.
std::optional<BinaryInteger> binary_integer(const Value& value);

/// Numbers and times are short: text beyond the bound is neither.
struct ShortText {
  static constexpr std::size_t kMax = 64;
  char characters[kMax];
  std::size_t size = 0;
  std::string_view view() const { return {characters, size}; }
};
/// The ASCII text of a value of text; false when it is longer than the bound or has other characters.
bool narrow(const Value& value, ShortText& out);

/// Digits with an optional minus, or 0x and hex digits; the whole text.
std::optional<std::int64_t> parse_whole(std::string_view text);
/// As JSON writes numbers, leading zeros allowed; the whole text.
std::optional<double> parse_decimal(std::string_view text);

/// nullopt when a part is out of its range (month 13).
std::optional<Timestamp> system_time(const Value& value);

}  // namespace yorozu::event::detail
