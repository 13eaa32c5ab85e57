// UTF-16LE to UTF-8, with and without case folding. Event logs store text as UTF-16 and nearly all of it is ASCII, so
// sixteen units at a time are tested, folded by arithmetic and narrowed; a block with anything else goes unit by unit.
#include <unicode/uchar.h>

#include <algorithm>
#include <cstring>

#include "base/case_folding.h"
#include "base/text.h"
#include "base/utf8.h"

namespace yorozu {
namespace {

enum class Folding { None, Simple };

char16_t unit_at(const std::uint8_t* at) {
  return load_le<char16_t>(at);
}
bool is_lead(char16_t unit) {
  return (unit & 0xFC00) == 0xD800;
}
bool is_trail(char16_t unit) {
  return (unit & 0xFC00) == 0xDC00;
}

#if defined(__SSE2__)
/// Units as they are narrowed: eight at `at`, to eight bytes; false when one of them is not ASCII.
template <Folding kFolding>
bool convert_8(const std::uint8_t* at, char* to) {
  const __m128i units = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i beyond = _mm_and_si128(units, _mm_set1_epi16(static_cast<short>(0xFF80)));
  if (_mm_movemask_epi8(_mm_cmpeq_epi16(beyond, _mm_setzero_si128())) != 0xFFFF) return false;
  __m128i text = _mm_packus_epi16(units, units);
  if constexpr (kFolding == Folding::Simple) text = case_folding::ascii(text);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), text);
  return true;
}

/// Four, to four bytes.
template <Folding kFolding>
bool convert_4(const std::uint8_t* at, char* to) {
  const __m128i units = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at));
  const __m128i beyond = _mm_and_si128(units, _mm_set1_epi16(static_cast<short>(0xFF80)));
  if (_mm_movemask_epi8(_mm_cmpeq_epi16(beyond, _mm_setzero_si128())) != 0xFFFF) return false;
  __m128i text = _mm_packus_epi16(units, units);
  if constexpr (kFolding == Folding::Simple) text = case_folding::ascii(text);
  const int four = _mm_cvtsi128_si32(text);
  std::memcpy(to, &four, sizeof four);
  return true;
}

/// The last one to seven units, from `at`, by way of a block that ends where they end and so overlaps what is done:
/// where all of the block is ASCII, that became one byte a unit. False: not possible, nothing is changed.
template <Folding kFolding>
bool convert_rest(ByteView utf16le, const std::uint8_t* at, const std::uint8_t* end, char* to) {
  const auto rest = (end - at) / 2;
  const auto done = (at - utf16le.data()) / 2;
  if (rest < 4 && done >= 4 - rest) return convert_4<kFolding>(end - 8, to - (4 - rest));
  if (rest >= 4 && done >= 8 - rest) return convert_8<kFolding>(end - 16, to - (8 - rest));
  if (rest < 4 || !convert_4<kFolding>(at, to)) return false;
  return rest == 4 || convert_4<kFolding>(end - 8, to + rest - 4);
}

template <Folding kFolding>
bool convert_16(const std::uint8_t* at, char* to) {
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16));
  const __m128i beyond = _mm_and_si128(_mm_or_si128(low, high), _mm_set1_epi16(static_cast<short>(0xFF80)));
  if (_mm_movemask_epi8(_mm_cmpeq_epi16(beyond, _mm_setzero_si128())) != 0xFFFF) return false;
  __m128i text = _mm_packus_epi16(low, high);
  if constexpr (kFolding == Folding::Simple) text = case_folding::ascii(text);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), text);
  return true;
}
#endif

/// One character at `at` (before `end`): moves both on.
template <Folding kFolding>
void convert_one(const std::uint8_t*& at, const std::uint8_t* end, char*& to) {
  const char16_t unit = unit_at(at);
  at += 2;
  if (unit < 0x80) {
    const char c = static_cast<char>(unit);
    *to++ = kFolding == Folding::Simple ? case_folding::ascii(c) : c;
    return;
  }
  char32_t c = unit;
  if (is_lead(unit) && at != end && is_trail(unit_at(at))) {
    c = 0x10000 + ((static_cast<char32_t>(unit) & 0x3FF) << 10 | (unit_at(at) & 0x3FFU));
    at += 2;
  } else if (is_lead(unit) || is_trail(unit)) {
    c = utf8::kReplacement;
  }
  if constexpr (kFolding == Folding::Simple) c = fold_code_point(c);
  to = utf8::encode(c, to);
}

/// `to` has room for three bytes a unit.
template <Folding kFolding>
char* convert(ByteView utf16le, char* to) {
  const std::uint8_t* at = utf16le.data();
  const std::uint8_t* const end = at + (utf16le.size() & ~std::size_t{1});
  while (at != end) {
#if defined(__SSE2__)
    while (end - at >= 32 && convert_16<kFolding>(at, to)) {
      at += 32;
      to += 16;
    }
    if (end - at >= 16 && convert_8<kFolding>(at, to)) {
      at += 16;
      to += 8;
    }
    if (end - at < 16 && at != end && convert_rest<kFolding>(utf16le, at, end, to)) return to + (end - at) / 2;
#endif
    const std::uint8_t* const stop = at + std::min<std::ptrdiff_t>(end - at, 16);
    while (at < stop) convert_one<kFolding>(at, end, to);
  }
  return to;
}

template <Folding kFolding>
void append(ByteView utf16le, Buffer& out) {
  char* const begin = out.reserve(utf16le.size() / 2 * 3);
  out.advance(static_cast<std::size_t>(convert<kFolding>(utf16le, begin) - begin));
}

}  // namespace

void append_utf8(ByteView utf16le, Buffer& out) {
  append<Folding::None>(utf16le, out);
}
void append_utf8_folded(ByteView utf16le, Buffer& out) {
  append<Folding::Simple>(utf16le, out);
}
char* write_utf8_folded(ByteView utf16le, char* to) {
  return convert<Folding::Simple>(utf16le, to);
}

std::string utf8_from_utf16le(ByteView utf16le) {
  std::string out(utf16le.size() / 2 * 3, '\0');
  out.resize(static_cast<std::size_t>(convert<Folding::None>(utf16le, out.data()) - out.data()));
  return out;
}

std::string utf16le_from_utf8(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() * 2);
  const auto put = [&out](char32_t unit) {
    out.push_back(static_cast<char>(unit & 0xFF));
    out.push_back(static_cast<char>(unit >> 8));
  };
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_code_point(utf8, at);
    if (c >= 0x10000) {
      put(0xD800 + ((c - 0x10000) >> 10));
      put(0xDC00 + (c & 0x3FF));
    } else {
      put(c);
    }
  }
  return out;
}

}  // namespace yorozu
