// Nearly all text in event logs is ASCII without anything to escape: sixteen characters are narrowed and checked at
// once, and only a block with something in it goes character by character.
#include "codec/evtx/value_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/escape.h"
#include "base/utf8.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace yorozu::codec::evtx {

namespace {

using event::Value;
using event::ValueType;

constexpr char kHex[] = "0123456789abcdef";
constexpr char kUpperHex[] = "0123456789ABCDEF";

char* put(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* write_ascii_json(char c, char* to) {
  switch (c) {
    case '"':
      return put("\\\"", to);
    case '\\':
      return put("\\\\", to);
    case '\n':
      return put("\\n", to);
    case '\r':
      return put("\\r", to);
    case '\t':
      return put("\\t", to);
    case '\b':
      return put("\\b", to);
    case '\f':
      return put("\\f", to);
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  if (code >= 0x20) {
    *to = c;
    return to + 1;
  }
  to = put("\\u00", to);
  *to++ = kHex[code >> 4U];
  *to++ = kHex[code & 15U];
  return to;
}

char* write_ascii_xml(char c, Escape escape, char* to) {
  switch (c) {
    case '&':
      return put("&amp;", to);
    case '<':
      return put("&lt;", to);
    case '>':
      return put("&gt;", to);
    case '\'':
      if (escape == Escape::XmlAttribute) return put("&apos;", to);
      break;
    case '\t':
    case '\n':
    case '\r':
      break;
    default:
      if (static_cast<unsigned char>(c) < 0x20) return utf8::encode(utf8::kReplacement, to);
  }
  *to = c;
  return to + 1;
}

template <Escape kEscape>
char* write_ascii(char c, char* to) {
  if constexpr (kEscape == Escape::Json) return write_ascii_json(c, to);
  return write_ascii_xml(c, kEscape, to);
}

template <Escape kEscape>
char* write_character(const std::uint8_t*& at, const std::uint8_t* end, char* to) {
  const auto unit = load_le<std::uint16_t>(at);
  at += 2;
  if (unit < 0x80) return write_ascii<kEscape>(static_cast<char>(unit), to);
  char32_t c = unit;
  if ((unit & 0xF800U) == 0xD800) {
    c = utf8::kReplacement;
    if ((unit & 0xFC00U) == 0xD800 && end - at >= 2) {
      const auto low = load_le<std::uint16_t>(at);
      if ((low & 0xFC00U) == 0xDC00) {
        c = 0x10000 + ((char32_t{unit} & 0x3FF) << 10U) + (low & 0x3FFU);
        at += 2;
      }
    }
  } else if (kEscape != Escape::Json && (unit == 0xFFFE || unit == 0xFFFF)) {
    c = utf8::kReplacement;
  }
  return utf8::encode(c, to);
}

#if defined(__SSE2__)
/// Bits of the characters among sixteen that cannot stand as they are.
template <Escape kEscape>
unsigned needs_escape(__m128i text) {
  const auto is = [text](char c) { return _mm_cmpeq_epi8(text, _mm_set1_epi8(c)); };
  const __m128i control = _mm_cmplt_epi8(text, _mm_set1_epi8(0x20));  // also every byte of 0x80 and above
  __m128i found = control;
  if constexpr (kEscape == Escape::Json) {
    found = _mm_or_si128(found, _mm_or_si128(is('"'), is('\\')));
  } else {
    found = _mm_or_si128(found, _mm_or_si128(is('&'), _mm_or_si128(is('<'), is('>'))));
    if constexpr (kEscape == Escape::XmlAttribute) found = _mm_or_si128(found, is('\''));
  }
  return static_cast<unsigned>(_mm_movemask_epi8(found));
}

/// Sixteen units at `at`: writes those before the first that is special, gives how many.
template <Escape kEscape>
unsigned write_16(const std::uint8_t* at, char* to) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16));
  // Saturation turns units of 0x100 .. 0x7FFF into 0xFF and those above into 0: both count as special.
  const __m128i text = _mm_packus_epi16(low, high);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), text);
  const unsigned special = needs_escape<kEscape>(text);
  return special == 0 ? 16 : static_cast<unsigned>(__builtin_ctz(special));
}
#endif

#if defined(__SSE2__)
/// 2 to 30 bytes, an even number, into 32; the rest is left as it is.
inline void copy_short(const std::uint8_t* from, std::size_t size, std::uint8_t* to) {
  if (size >= 16) {
    std::memcpy(to, from, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else {
    std::memcpy(to, from, 2);
  }
}
#endif

template <Escape kEscape>
char* write_units(ByteView utf16le, const std::uint8_t* readable_end, char* to) {
  const std::uint8_t* at = utf16le.data();
  const std::uint8_t* const end = at + (utf16le.size() & ~std::size_t{1});
#if defined(__SSE2__)
  while (end - at >= 32) {
    const unsigned plain = write_16<kEscape>(at, to);
    at += 2 * std::size_t{plain};
    to += plain;
    if (plain != 16) to = write_character<kEscape>(at, end, to);
  }
  // The last few the same way: what lies behind the text is read along where it may be, else they are copied out.
  while (const auto rest = static_cast<std::size_t>(end - at)) {
    unsigned plain = 0;
    if (readable_end - at >= 32) {
      plain = write_16<kEscape>(at, to);
    } else {
      alignas(32) std::uint8_t last[32];
      copy_short(at, rest, last);
      plain = write_16<kEscape>(last, to);
    }
    plain = std::min(plain, static_cast<unsigned>(rest / 2));
    at += 2 * std::size_t{plain};
    to += plain;
    if (at != end) to = write_character<kEscape>(at, end, to);
  }
#endif
  while (at != end) to = write_character<kEscape>(at, end, to);
  return to;
}

char* write_guid(const std::uint8_t* guid, char* to) {
  static constexpr std::uint8_t kOrder[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  *to++ = '{';
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = kUpperHex[guid[kOrder[i]] >> 4U];
    *to++ = kUpperHex[guid[kOrder[i]] & 15U];
  }
  *to++ = '}';
  return to;
}

template <class T>
char* write_number(T number, char* to, int base = 10) {
  return std::to_chars(to, to + 24, number, base).ptr;
}

/// Binary types that are common in records; nullptr: not one of them, or too few bytes.
char* write_common(const Value& value, char* to) {
  if (value.size < event::element_size(value.type)) return nullptr;
  switch (value.type) {
    case ValueType::UInt8:
      return write_number(unsigned{value.data[0]}, to);
    case ValueType::UInt16:
      return write_number(load_le<std::uint16_t>(value.data), to);
    case ValueType::UInt32:
      return write_number(load_le<std::uint32_t>(value.data), to);
    case ValueType::UInt64:
      return write_number(load_le<std::uint64_t>(value.data), to);
    case ValueType::Int32:
      return write_number(load_le<std::int32_t>(value.data), to);
    case ValueType::Hex32:
      return write_number(load_le<std::uint32_t>(value.data), put("0x", to), 16);
    case ValueType::Hex64:
      return write_number(load_le<std::uint64_t>(value.data), put("0x", to), 16);
    case ValueType::Guid:
      return write_guid(value.data, to);
    default:
      return nullptr;
  }
}

/// Room for anything write_common writes.
constexpr std::size_t kCommonRoom = 64;

bool is_bare_in_json(const Value& value) {
  switch (value.type) {
    case ValueType::Int8:
    case ValueType::UInt8:
    case ValueType::Int16:
    case ValueType::UInt16:
    case ValueType::Int32:
    case ValueType::UInt32:
    case ValueType::Int64:
    case ValueType::UInt64:
      return value.size >= event::element_size(value.type);
    case ValueType::Bool:
      return value.size != 0;
    case ValueType::Float32:
      return value.size >= 4 && std::isfinite(load_le<float>(value.data));
    case ValueType::Float64:
      return value.size >= 8 && std::isfinite(load_le<double>(value.data));
    default:
      return false;
  }
}

void append_utf16(ByteView text, Escape escape, Buffer& out) {
  char* const to = out.reserve(3 * text.size() + 32);
  out.advance(static_cast<std::size_t>(write_text(text, text.data() + text.size(), escape, to) - to));
}

}  // namespace

/// S-1-5-21-...; a whole SID of up to 15 parts.
static char* write_sid(const Value& value, char* to) {
  if (value.size < 8 || value.data[1] > 15 || value.size < 8U + 4U * value.data[1]) return nullptr;
  to = write_number(unsigned{value.data[0]}, put("S-", to));
  std::uint64_t authority = 0;
  for (int i = 2; i < 8; ++i) authority = authority << 8U | value.data[i];
  if (authority >> 32U != 0) return nullptr;  // written in hex
  *to++ = '-';
  to = write_number(authority, to);
  for (unsigned i = 0; i < value.data[1]; ++i) {
    *to++ = '-';
    to = write_number(load_le<std::uint32_t>(value.data + 8 + 4 * i), to);
  }
  return to;
}

char* write_json_scalar(const Value& value, char* to) {
  switch (value.type) {
    case ValueType::Null:
      return put("null", to);
    case ValueType::Bool:
      if (value.size != 4) return nullptr;
      return put(load_le<std::uint32_t>(value.data) != 0 ? "true" : "false", to);
    case ValueType::Sid:
      *to = '"';
      to = write_sid(value, to + 1);
      break;
    case ValueType::Guid:
    case ValueType::Hex32:
    case ValueType::Hex64:
      *to = '"';
      to = write_common(value, to + 1);
      break;
    default:
      return write_common(value, to);
  }
  if (to != nullptr) *to++ = '"';
  return to;
}

char* write_text(ByteView utf16le, const std::uint8_t* readable_end, Escape escape, char* to) {
  switch (escape) {
    case Escape::Json:
      return write_units<Escape::Json>(utf16le, readable_end, to);
    case Escape::XmlText:
      return write_units<Escape::XmlText>(utf16le, readable_end, to);
    case Escape::XmlAttribute:
      return write_units<Escape::XmlAttribute>(utf16le, readable_end, to);
  }
  return to;
}

void append_escaped(std::string_view utf8, Escape escape, Buffer& out) {
  for (std::size_t at = 0; at < utf8.size();) {
    char* const to = out.reserve(8);
    char* end = to;
    const utf8::Decoded next = utf8::decode(utf8.data() + at, utf8.data() + utf8.size());
    if (next.length == 1)
      end = escape == Escape::Json ? write_ascii_json(utf8[at], to) : write_ascii_xml(utf8[at], escape, to);
    else
      end = utf8::encode(next.length == 0 ? utf8::kReplacement : next.c, to);
    out.advance(static_cast<std::size_t>(end - to));
    at += next.length == 0 ? 1 : next.length;
  }
}

void append_value_text(const Value& value, Escape escape, Buffer& out) {
  if (!value.is_array && value.type == ValueType::Utf16) return append_utf16(value.bytes(), escape, out);
  if (!value.is_array) {
    char* const to = out.reserve(kCommonRoom);
    if (char* const end = write_common(value, to); end != nullptr)
      return out.advance(static_cast<std::size_t>(end - to));
  }
  const bool is_text = value.type == ValueType::Utf16 || value.type == ValueType::Utf8 || value.type == ValueType::Ansi;
  if (!is_text) return event::append_text(value, out);  // digits, letters and a few signs: nothing to escape
  Buffer text;
  event::append_text(value, text);
  append_escaped(text.view(), escape, out);
}

void append_json_value(const Value& value, Buffer& out) {
  if (value.is_array) {
    out.append('[');
    bool first = true;
    event::for_each_element(value, [&](const Value& element) {
      if (!first) out.append(',');
      first = false;
      append_json_value(element, out);
    });
    return out.append(']');
  }
  if (value.is_null()) return out.append("null");
  if (value.type == ValueType::Utf16) {
    char* const to = out.reserve(3 * std::size_t{value.size} + 34);
    *to = '"';
    char* const end = write_units<Escape::Json>(value.bytes(), value.data + value.size, to + 1);
    *end = '"';
    return out.advance(static_cast<std::size_t>(end + 1 - to));
  }
  const bool is_bare = is_bare_in_json(value);
  if (!is_bare) out.append('"');
  append_value_text(value, Escape::Json, out);
  if (!is_bare) out.append('"');
}

}  // namespace yorozu::codec::evtx
