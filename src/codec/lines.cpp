#include "codec/lines.h"

#include <algorithm>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace yorozu::codec {
namespace {

std::uint64_t count_byte(ByteView bytes, std::uint8_t wanted) {
  std::uint64_t count = 0;
  std::size_t at = 0;
#if defined(__AVX2__)
  const __m256i needle = _mm256_set1_epi8(static_cast<char>(wanted));
  while (bytes.size() - at >= 32) {
    // 255 rounds fit the byte-wide counters.
    const std::size_t rounds = std::min<std::size_t>((bytes.size() - at) / 32, 255);
    __m256i counters = _mm256_setzero_si256();
    for (std::size_t i = 0; i < rounds; ++i, at += 32) {
      const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes.data() + at));
      counters = _mm256_sub_epi8(counters, _mm256_cmpeq_epi8(block, needle));
    }
    const __m256i sums = _mm256_sad_epu8(counters, _mm256_setzero_si256());
    count += static_cast<std::uint64_t>(_mm256_extract_epi64(sums, 0) + _mm256_extract_epi64(sums, 1) +
                                        _mm256_extract_epi64(sums, 2) + _mm256_extract_epi64(sums, 3));
  }
#endif
  return count +
         static_cast<std::uint64_t>(std::count(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), wanted));
}

char16_t unit_at(ByteView bytes, std::size_t at, Charset charset) {
  const unsigned first = bytes[at], second = bytes[at + 1];
  return static_cast<char16_t>(charset == Charset::Utf16Le ? second << 8 | first : first << 8 | second);
}

}  // namespace

std::uint64_t count_line_feeds(ByteView bytes, Charset charset) {
  if (!is_utf16(charset)) return count_byte(bytes, '\n');
  std::uint64_t count = 0;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2)
    if (unit_at(bytes, at, charset) == u'\n') ++count;
  return count;
}

std::size_t after_last_line_feed(ByteView bytes, Charset charset) {
  if (!is_utf16(charset)) {
    if (bytes.empty()) return 0;
    const void* found = ::memrchr(bytes.data(), '\n', bytes.size());
    return found == nullptr ? 0 : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data()) + 1;
  }
  for (std::size_t at = bytes.size() & ~std::size_t{1}; at >= 2; at -= 2)
    if (unit_at(bytes, at - 2, charset) == u'\n') return at;
  return 0;
}

std::size_t after_first_line_feed(ByteView bytes, Charset charset) {
  if (!is_utf16(charset)) {
    if (bytes.empty()) return 0;
    const void* found = std::memchr(bytes.data(), '\n', bytes.size());
    return found == nullptr ? bytes.size()
                            : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data()) + 1;
  }
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2)
    if (unit_at(bytes, at, charset) == u'\n') return at + 2;
  return bytes.size();
}

void narrow_utf16(ByteView bytes, Charset charset, char* to) {
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    const char16_t unit = unit_at(bytes, at, charset);
    *to++ = unit < 0x80 ? static_cast<char>(unit) : 'x';
  }
}

std::size_t byte_order_mark(ByteView bytes, Charset charset) {
  const auto begins = [bytes](std::initializer_list<std::uint8_t> with) {
    return bytes.size() >= with.size() && std::equal(with.begin(), with.end(), bytes.begin());
  };
  if (charset == Charset::Utf8 && begins({0xEF, 0xBB, 0xBF})) return 3;
  if (charset == Charset::Utf16Le && begins({0xFF, 0xFE})) return 2;
  if (charset == Charset::Utf16Be && begins({0xFE, 0xFF})) return 2;
  return 0;
}

}  // namespace yorozu::codec
