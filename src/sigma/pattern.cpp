#include "sigma/pattern.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace yorozu::sigma {
namespace {

using Kind = Pattern::Part::Kind;

void push(Pattern& pattern, Pattern::Part part) {
  if (part.kind == Kind::Literal && part.text.empty()) return;
  if (!pattern.parts.empty() && pattern.parts.back().kind == part.kind) {
    if (part.kind == Kind::Any) return;
    if (part.kind == Kind::Literal) {
      pattern.parts.back().text += part.text;
      return;
    }
  }
  pattern.parts.push_back(std::move(part));
}

bool is_word(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  return u_isalnum(static_cast<UChar32>(c)) != 0;
}

/// Offsets of the dashes in one literal; what stands outside of it counts as no part of a word.
std::vector<std::size_t> dashes_of(std::string_view text) {
  std::vector<std::size_t> found;
  bool after_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(text, at);
    if ((c == '-' || c == '/') && !after_word && at < text.size()) {
      std::size_t peek = at;
      if (is_word(next_code_point(text, peek))) found.push_back(start);
    }
    after_word = is_word(c);
  }
  return found;
}

constexpr std::array<std::string_view, 5> kDashes = {"-", "/", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"};

}  // namespace

Pattern parse_pattern(std::string_view text) {
  Pattern pattern;
  std::string literal;
  const auto flush = [&] { push(pattern, {Kind::Literal, std::exchange(literal, {})}); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size() && (text[i + 1] == '\\' || text[i + 1] == '*' || text[i + 1] == '?')) {
      literal += text[++i];
    } else if (c == '*' || c == '?') {
      flush();
      push(pattern, {c == '*' ? Kind::Any : Kind::One, {}});
    } else {
      literal += c;
    }
  }
  flush();
  return pattern;
}

Pattern literal_pattern(std::string_view text) {
  Pattern pattern;
  push(pattern, {Kind::Literal, std::string(text)});
  return pattern;
}

std::string to_text(const Pattern& pattern) {
  std::string out;
  for (const Pattern::Part& part : pattern.parts) {
    if (part.kind == Kind::Any) out += '*';
    if (part.kind == Kind::One) out += '?';
    for (std::size_t i = 0; i < part.text.size(); ++i) {
      const char c = part.text[i];
      const bool ends = i + 1 == part.text.size();
      // A backslash needs one of its own only where it would be read together with what follows it.
      const bool pairs =
          c == '\\' && (ends ? &part != &pattern.parts.back()
                             : part.text[i + 1] == '\\' || part.text[i + 1] == '*' || part.text[i + 1] == '?');
      if (c == '*' || c == '?' || pairs) out += '\\';
      out += c;
    }
  }
  return out;
}

bool has_wildcard(const Pattern& pattern) {
  return std::ranges::any_of(pattern.parts, [](const Pattern::Part& part) { return part.kind != Kind::Literal; });
}

std::string literal_text(const Pattern& pattern) {
  std::string out;
  for (const Pattern::Part& part : pattern.parts) out += part.text;
  return out;
}

void add_any_in_front(Pattern& pattern) {
  if (pattern.parts.empty() || pattern.parts.front().kind != Kind::Any)
    pattern.parts.insert(pattern.parts.begin(), {Kind::Any, {}});
}

void add_any_behind(Pattern& pattern) {
  push(pattern, {Kind::Any, {}});
}

void append(Pattern& pattern, const Pattern& more) {
  for (const Pattern::Part& part : more.parts) push(pattern, part);
}

std::optional<std::vector<Pattern>> windash_variants(const Pattern& pattern) {
  std::vector<std::vector<std::size_t>> dashes;
  std::size_t count = 0;
  for (const Pattern::Part& part : pattern.parts) {
    dashes.push_back(dashes_of(part.text));
    count += dashes.back().size();
  }
  if (count > kMaxWindash) return std::nullopt;
  std::size_t variants = 1;
  for (std::size_t i = 0; i < count; ++i) variants *= kDashes.size();
  if (variants * (literal_text(pattern).size() + 1) > kMaxWindashBytes) return std::nullopt;

  std::vector<Pattern> out;
  for (std::size_t variant = 0; variant < variants; ++variant) {
    Pattern made;
    made.cased = pattern.cased;
    std::size_t digits = variant;
    for (std::size_t p = 0; p < pattern.parts.size(); ++p) {
      const Pattern::Part& part = pattern.parts[p];
      std::string text;
      std::size_t from = 0;
      for (const std::size_t dash : dashes[p]) {
        text.append(part.text, from, dash - from).append(kDashes[digits % kDashes.size()]);
        digits /= kDashes.size();
        from = dash + 1;
      }
      text.append(part.text, from);
      made.parts.push_back({part.kind, std::move(text)});
    }
    out.push_back(std::move(made));
  }
  return out;
}

namespace {

/// The set of offsets where a match of parts[0..n) can end, part by part: O(parts x value), whatever the pattern.
bool reaches_end(const std::vector<Pattern::Part>& parts, std::string_view value) {
  std::vector<char> now(value.size() + 1, 0);
  now[0] = 1;
  for (const Pattern::Part& part : parts) {
    std::vector<char> next(value.size() + 1, 0);
    bool any_before = false;
    for (std::size_t at = 0; at <= value.size();) {
      std::size_t behind = at;
      if (at < value.size()) next_code_point(value, behind);
      any_before = any_before || now[at] != 0;
      if (part.kind == Kind::Any && any_before) next[at] = 1;
      if (part.kind == Kind::One && now[at] != 0 && at < value.size()) next[behind] = 1;
      if (part.kind == Kind::Literal && now[at] != 0 && value.substr(at).starts_with(part.text))
        next[at + part.text.size()] = 1;
      at = at < value.size() ? behind : at + 1;
    }
    now = std::move(next);
  }
  return now[value.size()] != 0;
}

}  // namespace

bool fits_folded(const Pattern& pattern, std::string_view value) {
  const auto& parts = pattern.parts;
  const auto is = [&](std::initializer_list<Kind> kinds) {
    return std::ranges::equal(parts, kinds, {}, &Pattern::Part::kind);
  };
  if (is({Kind::Literal})) return value == parts[0].text;
  if (is({Kind::Literal, Kind::Any})) return value.starts_with(parts[0].text);
  if (is({Kind::Any, Kind::Literal})) return value.ends_with(parts[1].text);
  if (is({Kind::Any, Kind::Literal, Kind::Any})) return value.find(parts[1].text) != std::string_view::npos;
  return reaches_end(parts, value);
}

bool matches(const Pattern& pattern, std::string_view value) {
  if (pattern.cased) return fits_folded(pattern, value);
  Pattern folded = pattern;
  for (Pattern::Part& part : folded.parts) part.text = fold(part.text);
  return fits_folded(folded, fold(value));
}

}  // namespace yorozu::sigma
