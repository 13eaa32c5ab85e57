#include "base/text.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/unorm2.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/case_folding.h"
#include "base/utf8.h"

namespace yorozu {

namespace case_folding {

const std::array<std::uint16_t, 0x10000>& bmp() {
  static const auto table = [] {
    std::array<std::uint16_t, 0x10000> folded{};
    for (int c = 0; c < 0x10000; ++c)  // no folding leads out of the BMP
      folded[static_cast<std::size_t>(c)] = static_cast<std::uint16_t>(u_foldCase(c, U_FOLD_CASE_DEFAULT));
    return folded;
  }();
  return table;
}

}  // namespace case_folding

namespace {

/// Length of the run of ASCII that `text` begins with.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; text.size() - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const auto high = static_cast<unsigned>(_mm_movemask_epi8(block));
    if (high != 0) return at + static_cast<std::size_t>(__builtin_ctz(high));
  }
#endif
  while (at < text.size() && static_cast<signed char>(text[at]) >= 0) ++at;
  return at;
}

/// Folds whole blocks of ASCII; stops at the first block that has something else, or is not whole.
std::size_t fold_ascii_blocks(std::string_view text, char* to) {
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; text.size() - at >= 16; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    if (_mm_movemask_epi8(block) != 0) break;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), case_folding::ascii(block));
  }
#else
  static_cast<void>(text), static_cast<void>(to);
#endif
  return at;
}

/// Folds `text` to `to`, which has room for 3/2 of it and 16 more (U+023A has two bytes, its folded form three).
char* fold_to(std::string_view text, char* to) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const std::size_t blocks = fold_ascii_blocks({at, static_cast<std::size_t>(end - at)}, to);
    at += blocks;
    to += blocks;
    const char* const stop = at + std::min<std::ptrdiff_t>(end - at, 16);
    while (at < stop) {
      if (static_cast<signed char>(*at) >= 0) {
        *to++ = case_folding::ascii(*at++);
        continue;
      }
      const utf8::Decoded decoded = utf8::decode(at, end);
      if (decoded.length == 0) {
        *to++ = *at++;
        continue;
      }
      to = utf8::encode(fold_code_point(decoded.c), to);
      at += decoded.length;
    }
  }
  return to;
}

std::size_t folded_room(std::string_view text) {
  return text.size() + text.size() / 2 + 16;
}

}  // namespace

char32_t fold_code_point(char32_t c) {
  if (c < 0x80) return static_cast<char32_t>(case_folding::ascii(static_cast<char>(c)));
  if (c < 0x10000) return case_folding::bmp()[c];
  if (c > 0x10FFFF) return c;
  return static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT));
}

void append_folded(std::string_view utf8, Buffer& out) {
  char* const begin = out.reserve(folded_room(utf8));
  out.advance(static_cast<std::size_t>(fold_to(utf8, begin) - begin));
}

std::string fold(std::string_view utf8) {
  std::string out(folded_room(utf8), '\0');
  out.resize(static_cast<std::size_t>(fold_to(utf8, out.data()) - out.data()));
  return out;
}

bool is_valid_utf8(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) return true;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end && static_cast<signed char>(*at) < 0) {
      const unsigned length = utf8::decode(at, end).length;
      if (length == 0) return false;
      at += length;
    }
    text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  }
}

std::string repair_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const std::size_t clean = ascii_prefix({at, static_cast<std::size_t>(end - at)});
    out.append(at, clean);
    at += clean;
    if (at == end) break;
    const utf8::Decoded decoded = utf8::decode(at, end);
    if (decoded.length == 0)
      append_code_point(utf8::kReplacement, out);
    else
      out.append(at, decoded.length);
    at += std::max(decoded.length, 1U);
  }
  return out;
}

std::string normal_form(std::string_view utf8) {
  if (ascii_prefix(utf8) == utf8.size()) return fold(utf8);  // NFKC leaves ASCII alone
  static const UNormalizer2* const nfkc = [] {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* found = unorm2_getNFKCInstance(&status);
    YOROZU_ASSERT(U_SUCCESS(status) && found != nullptr, "ICU's data has NFKC");
    return found;
  }();
  const auto normalised = [](const icu::UnicodeString& from) {
    std::u16string to(static_cast<std::size_t>(from.length()) * 2 + 32, u'\0');
    while (true) {
      UErrorCode status = U_ZERO_ERROR;
      const int32_t length =
          unorm2_normalize(nfkc, from.getBuffer(), from.length(), to.data(), static_cast<int32_t>(to.size()), &status);
      to.resize(static_cast<std::size_t>(length));
      if (status != U_BUFFER_OVERFLOW_ERROR) return to;
    }
  };
  const std::u16string composed =
      normalised(icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size()))));
  std::u16string lower;
  lower.reserve(composed.size());
  for (std::size_t i = 0; i < composed.size();) {
    UChar32 c = 0;
    U16_NEXT(composed.data(), i, composed.size(), c);
    c = u_tolower(c);
    if (c >= 0x10000) {
      lower.push_back(static_cast<char16_t>(U16_LEAD(c)));
      lower.push_back(static_cast<char16_t>(U16_TRAIL(c)));
    } else {
      lower.push_back(static_cast<char16_t>(c));
    }
  }
  // Once more: lower case can meet a mark it composes with (H + U+0331 has no composed form, h + U+0331 has).
  const std::u16string last = normalised(icu::UnicodeString(false, lower.data(), static_cast<int32_t>(lower.size())));
  std::string out;
  icu::UnicodeString(false, last.data(), static_cast<int32_t>(last.size())).toUTF8String(out);
  return out;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const utf8::Decoded decoded = utf8::decode(text.data() + at, text.data() + text.size());
  at += std::max(decoded.length, 1U);
  return decoded.c;
}

void append_code_point(char32_t c, std::string& out) {
  const bool scalar = c < 0xD800 || (c >= 0xE000 && c <= 0x10FFFF);
  char bytes[4];
  out.append(bytes, utf8::encode(scalar ? c : utf8::kReplacement, bytes));
}

}  // namespace yorozu
