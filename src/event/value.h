/// One value of an event as the source wrote it: a typed view, turned into text only when somebody asks. Types and
/// their text forms follow [MS-EVEN6] section 2.2.12 and what Windows' own Event Viewer prints; JSON adds its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/time.h"

namespace yorozu::event {

enum class ValueType : std::uint8_t {
  Null,         ///< there, but without a value (EVTX null type, JSON null): for Sigma the same as absent
  Utf8,         ///< text
  Utf16,        ///< text, UTF-16LE code units, as stored
  Ansi,         ///< text in a code page; `detail` = the page number (0: 1252)
  JsonEscaped,  ///< inside of a JSON string, with at least one backslash
  JsonNumber,   ///< a JSON number as written
  JsonBool,     ///< `true` or `false`
  Int8,
  UInt8,
  Int16,
  UInt16,
  Int32,
  UInt32,
  Int64,
  UInt64,  ///< little-endian
  Float32,
  Float64,
  Bool,    ///< EVTX boolean, 4 bytes (any size is read); not zero is true
  Binary,  ///< upper-case hex digits
  Guid,    ///< 16 bytes -> {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}, upper case
  Hex32,
  Hex64,       ///< 0x3e7: lower case, no leading zeros
  FileTime,    ///< 8 bytes -> 2026-11-24T01:02:03.4567890Z (7 digits)
  SystemTime,  ///< 16 bytes -> 2026-11-24T01:02:03.456Z
  Sid,         ///< S-1-5-18
};

/// `data`..`data+size` stay valid as long as the batch that holds the value. A value whose bytes are too few for its
/// type renders as what is there in hex and is never read beyond `size`.
struct Value {
  const std::uint8_t* data = nullptr;
  std::uint32_t size = 0;
  ValueType type = ValueType::Null;
  /// Several values of `type` in one: fixed-size elements one after the other, strings (Utf16, Ansi) separated by NUL.
  bool is_array = false;
  std::uint16_t detail = 0;

  bool is_null() const { return type == ValueType::Null; }
  ByteView bytes() const { return {data, size}; }
};
static_assert(sizeof(Value) == 16);

Value utf8_value(std::string_view text);

/// Appends the text of one value (arrays: elements joined with ", ").
void append_text(const Value& value, Buffer& out);
/// The same, case-folded: what all case-insensitive matching works on.
void append_text_folded(const Value& value, Buffer& out);
std::string to_text(const Value& value);

/// Elements of an array, one by one; a plain value is its own single element. `each` is called with Value.
template <class F>
void for_each_element(const Value& value, F&& each);

/// Integers, hex, booleans as 0/1, and decimal or 0x texts; nullopt when it is no whole number or does not fit.
std::optional<std::int64_t> to_int(const Value& value);
/// As to_int, and floating point.
std::optional<double> to_number(const Value& value);
/// FileTime, SystemTime, and texts that base/time.h parses.
std::optional<Timestamp> to_time(const Value& value);

/// Bytes of one element in an array of `type`; 0 when elements are delimited, not fixed.
std::uint32_t element_size(ValueType type);
/// First element of `rest` (an array), which is shortened by it; nullopt at the end. Used by for_each_element.
std::optional<Value> take_element(Value& rest);

template <class F>
void for_each_element(const Value& value, F&& each) {
  if (!value.is_array) {
    each(value);
    return;
  }
  Value rest = value;
  while (auto element = take_element(rest)) each(*element);
}

}  // namespace yorozu::event
