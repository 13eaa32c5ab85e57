/// Tokens: what token filters hold of a text, and what a query may require of them. Both sides use the functions here,
/// on the normal form of base/text.h.
///
/// - a run of ASCII letters and digits: `failed`, `192`;
/// - two short runs (at most kPairedRun characters each) with one of `.-_:/\@` between them, together: `192.168`,
///   `168.1`; alone such runs stand everywhere, and pairs make addresses selective. Longer runs are selective alone;
/// - every other character, and each two of them in a row: Japanese has no blanks between words.
///
/// These are the borders of query/text_match.h: wherever a word of a query is found in a text, all its tokens are
/// tokens of that text. Pure and reentrant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/glob.h"
#include "base/hash.h"

namespace yorozu::archive::index {

/// Part of the format of filters (docs/formats/index.md): another hash is another format.
using Token = std::uint64_t;
inline constexpr std::size_t kPairedRun = 4;

/// Calls `each(Token)` for every token of `text`, in order, repetitions included.
template <class Each>
void for_each_token(std::string_view text, Each&& each);

/// Tokens that every text holds in which `text` (no wildcards) is found as a word, phrase or whole value. May be empty:
/// then filters say nothing.
std::vector<Token> required_tokens(std::string_view text);
/// The same for a word or value with wildcards: what stands beside a wildcard may go on there and is left out.
std::vector<Token> required_tokens(const Glob& glob);

namespace detail {

inline bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool is_ascii(char c) {
  return static_cast<signed char>(c) >= 0;
}
inline bool joins(char c) {
  return c == '.' || c == '-' || c == '_' || c == ':' || c == '/' || c == '\\' || c == '@';
}
inline bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace detail

template <class Each>
void for_each_token(std::string_view text, Each&& each) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t run_before = kNone, run_before_end = 0;  // a short run that a pair can begin with
  std::size_t character_before = kNone;                // a character beyond ASCII just in front
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (detail::is_alphanumeric(text[at])) {
      while (at < text.size() && detail::is_alphanumeric(text[at])) ++at;
      each(hash64(text.substr(begin, at - begin)));
      const bool is_short = at - begin <= kPairedRun;
      if (is_short && run_before != kNone && run_before_end + 1 == begin && detail::joins(text[run_before_end]))
        each(hash64(text.substr(run_before, at - run_before)));
      run_before = is_short ? begin : kNone;
      run_before_end = at;
      character_before = kNone;
    } else if (detail::is_ascii(text[at])) {
      ++at;
      character_before = kNone;
    } else {
      ++at;
      while (at < text.size() && detail::continues_character(text[at])) ++at;
      each(hash64(text.substr(begin, at - begin)));
      if (character_before != kNone) each(hash64(text.substr(character_before, at - character_before)));
      character_before = begin;
    }
  }
}

}  // namespace yorozu::archive::index
