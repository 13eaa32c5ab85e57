/// One character of UTF-8 at a time (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF), inline for
/// loops over text. base/text.h has what most callers want.
#pragma once

#include <cstddef>
#include <cstdint>

namespace yorozu::utf8 {

inline constexpr char32_t kReplacement = 0xFFFD;

struct Decoded {
  char32_t c = kReplacement;
  unsigned length = 0;  ///< bytes; 0: the byte at `at` begins no character
};

/// at < end.
inline Decoded decode(const char* at, const char* end) {
  const auto byte = [at](unsigned i) { return static_cast<std::uint8_t>(at[i]); };
  const auto follows = [&byte](unsigned i) { return (byte(i) & 0xC0U) == 0x80U; };
  const auto bits = [&byte](unsigned i) { return static_cast<char32_t>(byte(i) & 0x3FU); };
  const std::uint8_t first = byte(0);
  const auto room = static_cast<std::size_t>(end - at);
  if (first < 0x80) return {first, 1};
  if (first < 0xC2) return {};
  if (first < 0xE0) {
    if (room < 2 || !follows(1)) return {};
    return {(first & 0x1FU) << 6 | bits(1), 2};
  }
  if (first < 0xF0) {
    if (room < 3 || !follows(1) || !follows(2)) return {};
    const char32_t c = (first & 0x0FU) << 12 | bits(1) << 6 | bits(2);
    if (c < 0x800 || (c >= 0xD800 && c < 0xE000)) return {};
    return {c, 3};
  }
  if (first < 0xF5) {
    if (room < 4 || !follows(1) || !follows(2) || !follows(3)) return {};
    const char32_t c = (first & 0x07U) << 18 | bits(1) << 12 | bits(2) << 6 | bits(3);
    if (c < 0x10000 || c > 0x10FFFF) return {};
    return {c, 4};
  }
  return {};
}

/// Writes 1 to 4 bytes and returns the position after them. `c` is a scalar value (no surrogate, at most U+10FFFF).
inline char* encode(char32_t c, char* to) {
  const auto put = [&to](char32_t byte) { *to++ = static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
  return to;
}

}  // namespace yorozu::utf8
