/// Single values written into JSON and XML, by pointer: the hot half of rendering.
#pragma once

#include <cstdint>

#include "base/buffer.h"
#include "base/bytes.h"
#include "event/value.h"

namespace yorozu::codec::evtx {

enum class Escape : std::uint8_t { Json, XmlText, XmlAttribute };

/// UTF-16LE text, escaped, as UTF-8; lone surrogates and what the form forbids become U+FFFD (JSON escapes controls).
/// Bytes behind the text may be read, up to `readable_end`.
/// `to` has room for 3 bytes a byte of `utf16le` (six a character), and 32 more. Returns the end.
char* write_text(ByteView utf16le, const std::uint8_t* readable_end, Escape escape, char* to);
/// UTF-8 text, escaped.
void append_escaped(std::string_view utf8, Escape escape, Buffer& out);

/// The types that most values of records have, other than text, as a whole JSON value; at most kScalarRoom characters.
/// nullptr: none of these, or too few bytes. `value` is no array.
inline constexpr std::size_t kScalarRoom = 256;
char* write_json_scalar(const event::Value& value, char* to);

/// A whole JSON value: numbers and booleans bare, everything else quoted, arrays in brackets.
void append_json_value(const event::Value& value, Buffer& out);
/// Text of the value, escaped, without quotes; arrays joined with ", ".
void append_value_text(const event::Value& value, Escape escape, Buffer& out);

}  // namespace yorozu::codec::evtx
