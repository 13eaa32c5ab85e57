#include "event/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "event/value_text.h"

namespace yorozu::event {

namespace {

using detail::Case;

/// EVTX does not say in which code page the machine wrote: what reads as Japanese to its end is Japanese, all else
/// Western.
std::string ansi_text(const Value& value) {
  if (value.detail != 0) return decode_code_page(value.bytes(), value.detail);
  const Charset charset = detect_charset(value.bytes());
  if (charset == Charset::Utf8 || charset == Charset::ShiftJis || charset == Charset::EucJp) {
    std::string text = decode_text(value.bytes(), charset);
    if (!text.contains("\uFFFD")) return text;
  }
  return decode_text(value.bytes(), Charset::Windows1252);
}

void append_one(const Value& value, Case text_case, Buffer& out) {
  const bool folded = text_case == Case::Folded;
  switch (value.type) {
    case ValueType::Null:
      return;
    case ValueType::Utf16:
      return folded ? append_utf8_folded(value.bytes(), out) : append_utf8(value.bytes(), out);
    case ValueType::Utf8:
      return folded ? append_folded(as_text(value.bytes()), out) : out.append(as_text(value.bytes()));
    case ValueType::Ansi: {
      const std::string text = ansi_text(value);
      return folded ? append_folded(text, out) : out.append(text);
    }
    case ValueType::JsonEscaped:
      return detail::append_unescaped(as_text(value.bytes()), text_case, out);
    case ValueType::JsonBool:
      return out.append(as_text(value.bytes()));
    default:
      break;
  }
  // What is left is written in ASCII: folding is lower case.
  const std::size_t start = out.size();
  if (value.type == ValueType::JsonNumber)
    out.append(as_text(value.bytes()));
  else
    detail::append_binary_form(value, out);
  if (!folded) return;
  char* const end = out.reserve(0);
  for (char* c = end - (out.size() - start); c != end; ++c)
    if (*c >= 'A' && *c <= 'Z') *c = static_cast<char>(*c + ('a' - 'A'));
}

void append_all(const Value& value, Case text_case, Buffer& out) {
  if (!value.is_array) return append_one(value, text_case, out);
  bool first = true;
  for_each_element(value, [&](const Value& element) {
    if (!first) out.append(", ");
    first = false;
    append_one(element, text_case, out);
  });
}

/// Bytes of the SID at the start of `rest`; all of it when that is no whole SID.
std::uint32_t sid_size(const Value& rest) {
  if (rest.size < 8) return rest.size;
  const std::uint32_t size = 8 + 4 * std::uint32_t{rest.data[1]};
  return std::min(size, rest.size);
}

/// Bytes before the NUL that ends the first string; `terminator` is the width of that NUL, 0 when there is none.
std::uint32_t string_size(const Value& rest, std::uint32_t& terminator) {
  const std::uint32_t unit = rest.type == ValueType::Utf16 ? 2 : 1;
  terminator = 0;
  for (std::uint32_t at = 0; rest.size - at >= unit; at += unit)
    if (rest.data[at] == 0 && (unit == 1 || rest.data[at + 1] == 0)) {
      terminator = unit;
      return at;
    }
  return rest.size;
}

}  // namespace

Value utf8_value(std::string_view text) {
  Value value;
  value.data = reinterpret_cast<const std::uint8_t*>(text.data());
  value.size = static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), UINT32_MAX));
  value.type = ValueType::Utf8;
  return value;
}

void append_text(const Value& value, Buffer& out) {
  append_all(value, Case::AsWritten, out);
}

void append_text_folded(const Value& value, Buffer& out) {
  append_all(value, Case::Folded, out);
}

std::string to_text(const Value& value) {
  Buffer out;
  append_text(value, out);
  return std::string(out.view());
}

std::uint32_t element_size(ValueType type) {
  switch (type) {
    case ValueType::Int8:
    case ValueType::UInt8:
      return 1;
    case ValueType::Int16:
    case ValueType::UInt16:
      return 2;
    case ValueType::Int32:
    case ValueType::UInt32:
    case ValueType::Float32:
    case ValueType::Bool:
    case ValueType::Hex32:
      return 4;
    case ValueType::Int64:
    case ValueType::UInt64:
    case ValueType::Float64:
    case ValueType::Hex64:
    case ValueType::FileTime:
      return 8;
    case ValueType::Guid:
    case ValueType::SystemTime:
      return 16;
    default:
      return 0;
  }
}

std::optional<Value> take_element(Value& rest) {
  if (rest.size == 0) return std::nullopt;
  Value element = rest;
  element.is_array = false;
  std::uint32_t terminator = 0;
  if (const std::uint32_t fixed = element_size(rest.type); fixed != 0)
    element.size = std::min(fixed, rest.size);  // a torn last one renders as hex
  else if (rest.type == ValueType::Sid)
    element.size = sid_size(rest);
  else if (rest.type == ValueType::Utf16 || rest.type == ValueType::Ansi)
    element.size = string_size(rest, terminator);
  rest.data += element.size + terminator;
  rest.size -= element.size + terminator;
  return element;
}

std::optional<std::int64_t> to_int(const Value& value) {
  if (value.is_array) {
    Value rest = value;
    const auto only = take_element(rest);
    if (!only || rest.size != 0) return std::nullopt;
    return to_int(*only);
  }
  if (const auto binary = detail::binary_integer(value)) {
    if (!binary->is_signed && binary->bits > std::uint64_t{INT64_MAX}) return std::nullopt;
    return static_cast<std::int64_t>(binary->bits);
  }
  if (value.type == ValueType::JsonBool) return as_text(value.bytes()) == "true" ? 1 : 0;
  if (!detail::is_text(value.type)) {
    const auto number = to_number(value);
    if (!number || std::trunc(*number) != *number || std::abs(*number) > 9007199254740992.0) return std::nullopt;
    return static_cast<std::int64_t>(*number);
  }
  detail::ShortText text;
  if (!detail::narrow(value, text)) return std::nullopt;
  if (const auto whole = detail::parse_whole(text.view())) return whole;
  if (value.type != ValueType::JsonNumber) return std::nullopt;
  const auto number = detail::parse_decimal(text.view());  // 1.0 and 1e3 are whole numbers too
  if (!number || std::trunc(*number) != *number || std::abs(*number) > 9007199254740992.0) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<double> to_number(const Value& value) {
  if (value.is_array) {
    Value rest = value;
    const auto only = take_element(rest);
    if (!only || rest.size != 0) return std::nullopt;
    return to_number(*only);
  }
  if (const auto binary = detail::binary_integer(value))
    return binary->is_signed ? static_cast<double>(static_cast<std::int64_t>(binary->bits))
                             : static_cast<double>(binary->bits);
  if (value.type == ValueType::Float32 && value.size >= 4) return load_le<float>(value.data);
  if (value.type == ValueType::Float64 && value.size >= 8) return load_le<double>(value.data);
  if (value.type == ValueType::JsonBool) return as_text(value.bytes()) == "true" ? 1 : 0;
  if (!detail::is_text(value.type)) return std::nullopt;
  detail::ShortText text;
  if (!detail::narrow(value, text)) return std::nullopt;
  if (const auto whole = detail::parse_whole(text.view())) return static_cast<double>(*whole);
  return detail::parse_decimal(text.view());
}

std::optional<Timestamp> to_time(const Value& value) {
  if (value.is_array) return std::nullopt;
  if (value.type == ValueType::FileTime)
    return value.size < 8 ? std::nullopt : std::optional(from_filetime(load_le<std::uint64_t>(value.data)));
  if (value.type == ValueType::SystemTime) return detail::system_time(value);
  if (!detail::is_text(value.type) || value.type == ValueType::JsonNumber) return std::nullopt;
  detail::ShortText text;
  if (!detail::narrow(value, text)) return std::nullopt;
  return parse_time(text.view());
}

}  // namespace yorozu::event
