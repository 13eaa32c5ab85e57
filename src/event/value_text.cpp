#include "event/value_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace yorozu::event::detail {

namespace {

constexpr char kUpperDigits[] = "0123456789ABCDEF";

void append_hex(ByteView bytes, Buffer& out) {
  if (bytes.empty()) return;
  char* to = out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    *to++ = kUpperDigits[byte >> 4U];
    *to++ = kUpperDigits[byte & 15U];
  }
  out.advance(bytes.size() * 2);
}

template <class T>
void append_integer(T number, Buffer& out, int base = 10) {
  char* to = out.reserve(24);
  out.advance(static_cast<std::size_t>(std::to_chars(to, to + 24, number, base).ptr - to));
}

/// At least `width` digits.
void append_padded(std::uint64_t number, std::size_t width, Buffer& out) {
  char digits[24];
  const auto size = static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, number).ptr - digits);
  for (std::size_t i = size; i < width; ++i) out.append('0');
  out.append(std::string_view(digits, size));
}

void append_float(double number, bool single, Buffer& out) {
  char* to = out.reserve(64);
  char* end = nullptr;
  const double size = std::abs(number);
  const bool plain = size == 0 || (size >= 1e-5 && size < 1e15);  // otherwise shortest, with an exponent
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  if (single)
    end = std::to_chars(to, to + 64, static_cast<float>(number), format).ptr;
  else
    end = std::to_chars(to, to + 64, number, format).ptr;
  out.advance(static_cast<std::size_t>(end - to));
}

void append_date_time(std::uint64_t year, const std::array<std::uint64_t, 5>& rest, Buffer& out) {
  constexpr char kBefore[] = {'-', '-', 'T', ':', ':'};
  append_padded(year, 4, out);
  for (std::size_t i = 0; i < rest.size(); ++i) {
    out.append(kBefore[i]);
    append_padded(rest[i], 2, out);
  }
  out.append('.');
}

void append_filetime(std::uint64_t filetime, Buffer& out) {
  const CivilTime t = to_civil(from_filetime(filetime));
  const auto part = [](int n) { return static_cast<std::uint64_t>(n); };
  append_date_time(static_cast<std::uint64_t>(t.year),
                   {part(t.month), part(t.day), part(t.hour), part(t.minute), part(t.second)}, out);
  append_padded(filetime % 10'000'000, 7, out);  // 1601 began on a whole second
  out.append('Z');
}

void append_system_time(const std::uint8_t* at, Buffer& out) {
  const auto part = [&](std::size_t i) -> std::uint64_t { return load_le<std::uint16_t>(at + 2 * i); };
  append_date_time(part(0), {part(1), part(3), part(4), part(5), part(6)}, out);  // part 2 is the day of the week
  append_padded(part(7), 3, out);
  out.append('Z');
}

void append_guid(const std::uint8_t* at, Buffer& out) {
  constexpr std::uint8_t kOrder[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  char* to = out.reserve(38);
  *to++ = '{';
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = kUpperDigits[at[kOrder[i]] >> 4U];
    *to++ = kUpperDigits[at[kOrder[i]] & 15U];
  }
  *to = '}';
  out.advance(38);
}

/// [MS-DTYP] 2.4.2: revision, count, six bytes of authority (big-endian), sub authorities.
void append_sid(ByteView sid, Buffer& out) {
  constexpr std::size_t kMaxSubAuthorities = 15;
  if (sid.size() < 8 || sid[1] > kMaxSubAuthorities || sid.size() < 8 + std::size_t{4} * sid[1])
    return append_hex(sid, out);
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8U | sid[i];
  out.append("S-");
  append_integer(static_cast<unsigned>(sid[0]), out);
  if (authority >> 32U) {
    out.append("-0x");
    append_integer(authority, out, 16);
  } else {
    out.append('-');
    append_integer(authority, out);
  }
  for (std::size_t i = 0; i < sid[1]; ++i) {
    out.append('-');
    append_integer(load_le<std::uint32_t>(sid.data() + 8 + 4 * i), out);
  }
}

/// The four hex digits of \uXXXX at the start of `text`.
std::optional<char32_t> code_unit(std::string_view text) {
  std::uint16_t unit = 0;
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (error != std::errc() || end != text.data() + 6) return std::nullopt;
  return unit;
}

void append_character(char32_t c, Case text_case, Buffer& out) {
  if (text_case == Case::Folded) c = fold_code_point(c);
  std::string encoded;  // four bytes at most: no allocation
  append_code_point(c, encoded);
  out.append(encoded);
}

/// One escape at text[at], which is a backslash; gives the bytes it took, 0 when it is none.
std::size_t append_escape(std::string_view text, Case text_case, Buffer& out) {
  if (text.size() < 2) return 0;
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t known = kNames.find(text[1]); known != std::string_view::npos) {
    out.append(kMeanings[known]);
    return 2;
  }
  const auto unit = code_unit(text);
  if (!unit) return 0;
  if (*unit < 0xD800 || *unit > 0xDFFF) {
    append_character(*unit, text_case, out);
    return 6;
  }
  const auto low = *unit < 0xDC00 ? code_unit(text.substr(6)) : std::nullopt;
  if (!low || *low < 0xDC00 || *low > 0xDFFF) {
    append_character(0xFFFD, Case::AsWritten, out);
    return 6;
  }
  append_character(0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00), text_case, out);
  return 12;
}

}  // namespace

void append_unescaped(std::string_view json, Case text_case, Buffer& out) {
  // Folding works on code points and a backslash is one of its own, so the runs between escapes fold separately.
  const auto plain = [&](std::string_view run) {
    if (text_case == Case::Folded)
      append_folded(run, out);
    else
      out.append(run);
  };
  while (!json.empty()) {
    const std::size_t escape = json.find('\\');
    if (escape != 0) plain(json.substr(0, escape));
    if (escape == std::string_view::npos) return;
    json.remove_prefix(escape);
    std::size_t taken = append_escape(json, text_case, out);
    if (taken == 0) {
      out.append('\\');
      taken = 1;
    }
    json.remove_prefix(taken);
  }
}

void append_binary_form(const Value& value, Buffer& out) {
  if (value.size < element_size(value.type)) {
    if (const auto integer = binary_integer(value); integer && value.type == ValueType::Bool)
      return out.append(integer->bits ? "true" : "false");
    return append_hex(value.bytes(), out);
  }
  switch (value.type) {
    case ValueType::Float32:
      return append_float(load_le<float>(value.data), true, out);
    case ValueType::Float64:
      return append_float(load_le<double>(value.data), false, out);
    case ValueType::Bool:
      return out.append(binary_integer(value)->bits ? "true" : "false");
    case ValueType::Guid:
      return append_guid(value.data, out);
    case ValueType::Hex32:
    case ValueType::Hex64:
      out.append("0x");
      return append_integer(binary_integer(value)->bits, out, 16);
    case ValueType::FileTime:
      return append_filetime(load_le<std::uint64_t>(value.data), out);
    case ValueType::SystemTime:
      return append_system_time(value.data, out);
    case ValueType::Sid:
      return append_sid(value.bytes(), out);
    default:
      break;
  }
  const auto integer = binary_integer(value);
  if (!integer) return append_hex(value.bytes(), out);  // Binary
  if (integer->is_signed) return append_integer(static_cast<std::int64_t>(integer->bits), out);
  append_integer(integer->bits, out);
}

std::optional<BinaryInteger> binary_integer(const Value& value) {
  const auto is_signed = [](std::int64_t n) { return BinaryInteger{static_cast<std::uint64_t>(n), true}; };
  const auto is_unsigned = [](std::uint64_t n) { return BinaryInteger{n, false}; };
  if (value.type == ValueType::Bool) {  // any size: some writers use one byte
    if (value.size == 0) return std::nullopt;
    for (const std::uint8_t byte : value.bytes())
      if (byte != 0) return is_unsigned(1);
    return is_unsigned(0);
  }
  if (value.size < element_size(value.type)) return std::nullopt;
  switch (value.type) {
    case ValueType::Int8:
      return is_signed(load_le<std::int8_t>(value.data));
    case ValueType::UInt8:
      return is_unsigned(value.data[0]);
    case ValueType::Int16:
      return is_signed(load_le<std::int16_t>(value.data));
    case ValueType::UInt16:
      return is_unsigned(load_le<std::uint16_t>(value.data));
    case ValueType::Int32:
      return is_signed(load_le<std::int32_t>(value.data));
    case ValueType::UInt32:
    case ValueType::Hex32:
      return is_unsigned(load_le<std::uint32_t>(value.data));
    case ValueType::Int64:
      return is_signed(load_le<std::int64_t>(value.data));
    case ValueType::UInt64:
    case ValueType::Hex64:
      return is_unsigned(load_le<std::uint64_t>(value.data));
    default:
      return std::nullopt;
  }
}

bool narrow(const Value& value, ShortText& out) {
  const std::size_t unit = value.type == ValueType::Utf16 ? 2 : 1;
  if (value.size / unit > ShortText::kMax) return false;
  if (value.type == ValueType::JsonEscaped) {
    Buffer text;
    append_unescaped(as_text(value.bytes()), Case::AsWritten, text);
    if (text.size() > ShortText::kMax) return false;
    out.size = text.size();
    if (out.size != 0) std::memcpy(out.characters, text.data(), out.size);
    return true;
  }
  out.size = 0;
  for (std::size_t at = 0; value.size - at >= unit; at += unit) {
    if (value.data[at] >= 0x80 || (unit == 2 && value.data[at + 1] != 0)) return false;
    out.characters[out.size++] = static_cast<char>(value.data[at]);
  }
  return true;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::int64_t number = 0;
  if (text.empty() || (hex && text[0] == '-')) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> parse_decimal(std::string_view text) {
  double number = 0;
  if (text.empty() || (text[0] != '-' && text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<Timestamp> system_time(const Value& value) {
  if (value.size < 16) return std::nullopt;
  const auto part = [&](std::size_t i) { return int{load_le<std::uint16_t>(value.data + 2 * i)}; };
  CivilTime t;
  t.year = part(0);
  t.month = part(1);
  t.day = part(3);
  t.hour = part(4);
  t.minute = part(5);
  t.second = part(6);
  t.microsecond = part(7) * 1000;
  if (t.month < 1 || t.month > 12 || t.day < 1 || t.day > 31 || t.hour > 23 || t.minute > 59 || t.second > 60 ||
      part(7) > 999)
    return std::nullopt;
  return from_civil(t);
}

}  // namespace yorozu::event::detail
