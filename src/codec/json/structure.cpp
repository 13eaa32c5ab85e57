#include "codec/json/structure.h"

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace yorozu::codec::json {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// Next quote, bracket or brace; outside of strings.
const char* find_structure(const char* at, const char* end) {
#if defined(__AVX2__)
  for (; end - at >= 32; at += 32) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    // '[' | 0x20 is '{' and ']' | 0x20 is '}'.
    const __m256i folded = _mm256_or_si256(block, _mm256_set1_epi8(0x20));
    const __m256i hits = _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('"')),
                                         _mm256_or_si256(_mm256_cmpeq_epi8(folded, _mm256_set1_epi8('{')),
                                                         _mm256_cmpeq_epi8(folded, _mm256_set1_epi8('}'))));
    const auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(hits));
    if (mask != 0) return at + std::countr_zero(mask);
  }
#endif
  while (at < end && *at != '"' && *at != '{' && *at != '}' && *at != '[' && *at != ']') ++at;
  return at;
}

/// After the string that begins at `at`; a string that is not closed ends at its line feed.
const char* skip_string(const char* at, const char* end) {
  const StringEnd found = find_string_end(at + 1, end);
  return found.at < end ? found.at + 1 : end;
}

/// "}\n{": between documents for sure, since no string holds a line feed and inside a document a comma would stand
/// there.
std::size_t last_line_boundary(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0) {
    const void* found = ::memrchr(text.data(), '\n', end);
    if (found == nullptr) return 0;
    const auto feed = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    const std::size_t after = skip_blanks(text, feed);
    std::size_t before = feed;
    while (before > 0 && is_blank(text[before - 1])) --before;
    if (after < text.size() && text[after] == '{' && before > 0 && text[before - 1] == '}') return feed + 1;
    end = before;
  }
  return 0;
}

}  // namespace

StringEnd find_string_end(const char* from, const char* end) {
  StringEnd out{from};
  const char*& at = out.at;
#if defined(__AVX2__)
  while (end - at >= 32) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i control = _mm256_cmpeq_epi8(_mm256_max_epu8(block, _mm256_set1_epi8(0x1F)), _mm256_set1_epi8(0x1F));
    const __m256i hits = _mm256_or_si256(control, _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('"')),
                                                                  _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'))));
    const auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(hits));
    if (mask == 0) {
      at += 32;
      continue;
    }
    at += std::countr_zero(mask);
    if (*at == '"' || *at == '\n') return out;
    if (*at == '\\') {
      out.has_escapes = true;
      at += end - at >= 2 ? 2 : 1;
    } else {
      out.has_control_characters = true;
      ++at;
    }
  }
#endif
  while (at < end && *at != '"' && *at != '\n') {
    if (*at == '\\') {
      out.has_escapes = true;
      at += end - at >= 2 ? 2 : 1;
    } else {
      if (static_cast<unsigned char>(*at) < 0x20) out.has_control_characters = true;
      ++at;
    }
  }
  return out;
}

bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at > start;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t first = at;
  if (!digits() || (text[first] == '0' && at > first + 1)) return false;  // no leading zeros
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

std::size_t skip_container(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::size_t depth = 0;
  for (const char* at = begin; (at = find_structure(at, end)) < end;) {
    if (*at == '"') {
      at = skip_string(at, end);
      continue;
    }
    const bool opens = *at == '{' || *at == '[';
    ++at;
    if (opens)
      ++depth;
    else if (--depth == 0)
      return static_cast<std::size_t>(at - begin);
  }
  return 0;
}

std::size_t wrapper_length(std::string_view text) {
  if (!text.starts_with('{')) return 0;
  std::size_t at = skip_blanks(text, 1);
  while (at < text.size() && text[at] == '"') {
    const StringEnd key_end = find_string_end(text.data() + at + 1, text.data() + text.size());
    const auto key_at = static_cast<std::size_t>(key_end.at - text.data());
    const std::string_view key = text.substr(at + 1, key_at - at - 1);
    at = skip_blanks(text, key_at + 1);
    if (at >= text.size() || text[at] != ':') return 0;
    at = skip_blanks(text, at + 1);
    if (key.starts_with("@odata.") && at < text.size() && text[at] == '"') {  // Microsoft Graph writes these in front
      at = skip_blanks(
          text, static_cast<std::size_t>(skip_string(text.data() + at, text.data() + text.size()) - text.data()));
      if (at >= text.size() || text[at] != ',') return 0;
      at = skip_blanks(text, at + 1);
      continue;
    }
    const bool wraps = key == "Records" || key == "records" || key == "value" || key == "Events" || key == "events" ||
                       key == "logs" || key == "items";
    if (!wraps || at >= text.size() || text[at] != '[') return 0;
    const std::size_t first = skip_blanks(text, at + 1);
    return first < text.size() && text[first] == '{' ? at + 1 : 0;
  }
  return 0;
}

std::size_t after_last_document(std::string_view text, bool at_file_start) {
  if (const std::size_t boundary = last_line_boundary(text)) return boundary;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  if (at_file_start) {
    const std::size_t first = text.find('{');
    if (first != std::string_view::npos) at += first + wrapper_length(text.substr(first));
  }
  std::size_t depth = 0, last = 0;
  while ((at = find_structure(at, end)) < end) {
    const char c = *at;
    if (c == '"') {
      at = skip_string(at, end);
      continue;
    }
    ++at;
    if (c == '{') ++depth;
    if (c == '}' && depth > 0 && --depth == 0) last = static_cast<std::size_t>(at - begin);
  }
  return last;
}

}  // namespace yorozu::codec::json
