#include "query/text_match.h"

#include "base/text.h"
#include "query/evaluate.h"

namespace yorozu::query {

namespace {

bool is_ascii_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
}

/// A border is needed only between two letters or digits of the ASCII kind: Japanese has no blanks between words.
bool continues(char a, char b) {
  return is_ascii_alnum(a) && is_ascii_alnum(b);
}

/// Length of `needle` at the front of `haystack`, a blank of the needle taking any run of white space; npos: not there.
std::size_t phrase_length_at(std::string_view haystack, std::string_view needle) {
  std::size_t h = 0;
  for (std::size_t n = 0; n < needle.size();) {
    if (is_blank(needle[n])) {
      if (h >= haystack.size() || !is_blank(haystack[h])) return std::string_view::npos;
      while (h < haystack.size() && is_blank(haystack[h])) ++h;
      while (n < needle.size() && is_blank(needle[n])) ++n;
    } else {
      if (h >= haystack.size() || haystack[h] != needle[n]) return std::string_view::npos;
      ++h;
      ++n;
    }
  }
  return h;
}

bool borders_hold(std::string_view haystack, std::size_t from, std::size_t to) {
  return (from == 0 || !continues(haystack[from - 1], haystack[from])) &&
         (to >= haystack.size() || to == from || !continues(haystack[to - 1], haystack[to]));
}

/// A word with wildcards matches a run of non-blank characters as a whole: `mimi*` is a word that begins so.
bool wildcard_found(const Glob& glob, std::string_view haystack) {
  for (std::size_t at = 0; at < haystack.size();) {
    while (at < haystack.size() && is_blank(haystack[at])) ++at;
    std::size_t end = at;
    while (end < haystack.size() && !is_blank(haystack[end])) ++end;
    // Every place inside the run where a word can begin; the end may be any border too, so allow a rest behind it.
    Glob open = glob;
    open.pieces.push_back({Glob::Piece::Kind::AnyRun, ""});
    for (std::size_t start = at; start < end; ++start) {
      if (start > at && continues(haystack[start - 1], haystack[start])) continue;
      if (!yorozu::matches(open, haystack.substr(start, end - start))) continue;
      for (std::size_t stop = end; stop > start; --stop) {
        if (stop < end && continues(haystack[stop - 1], haystack[stop])) continue;
        if (yorozu::matches(glob, haystack.substr(start, stop - start))) return true;
      }
    }
    at = end;
  }
  return false;
}

}  // namespace

bool contains_word(std::string_view haystack, std::string_view needle, bool phrase) {
  if (needle.empty()) return true;
  const bool flexible = phrase && needle.find(' ') != std::string_view::npos;
  const std::string_view head = flexible ? needle.substr(0, needle.find(' ')) : needle;
  for (std::size_t at = haystack.find(head); at != std::string_view::npos; at = haystack.find(head, at + 1)) {
    const std::size_t length = flexible ? phrase_length_at(haystack.substr(at), needle) : needle.size();
    if (length != std::string_view::npos && borders_hold(haystack, at, at + length)) return true;
  }
  return false;
}

bool found_in(const Text& text, std::string_view haystack) {
  if (text.phrase || !text.literal.empty()) return contains_word(haystack, text.literal, text.phrase);
  return wildcard_found(text.glob, haystack);
}

bool equals(const Text& text, std::string_view value) {
  if (text.phrase || !text.literal.empty()) return text.literal == value;
  return yorozu::matches(text.glob, value);
}

}  // namespace yorozu::query
