/// Simple case folding (Unicode CaseFolding.txt, statuses C and S) as tables and vectors, for the loops of
/// base/text*.cpp.
#pragma once

#include <array>
#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "base/text.h"

namespace yorozu::case_folding {

/// Folded form of every code point of the BMP; built from ICU at first use. Thread-safe.
const std::array<std::uint16_t, 0x10000>& bmp();

inline char ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

#if defined(__SSE2__)
/// Sixteen ASCII characters.
inline __m128i ascii(__m128i text) {
  const __m128i upper =
      _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8('A' - 1)), _mm_cmplt_epi8(text, _mm_set1_epi8('Z' + 1)));
  return _mm_or_si128(text, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
}
#endif

}  // namespace yorozu::case_folding
