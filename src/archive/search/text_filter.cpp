// Both passes read 32 bytes at a time and look closer only where two neighbours fit: some gigabytes a second,
// which is more than unpacking gives.
#include "archive/search/text_filter.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <variant>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "archive/search/stored_values.h"
#include "base/text.h"
#include "codec/frame/own_words.h"

namespace yorozu::archive::search {
namespace {

constexpr std::size_t kShortestLiteral = 2;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Characters that no format escapes, and at which none joins two values.
bool is_certain(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '@';
}

/// Runs of certain characters in a text in normal form.
std::vector<std::string_view> certain_runs(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size();) {
    std::size_t next = at + 1;
    bool certain = false;
    if (at < text.size()) {
      certain = is_certain(text[at]);
      if (static_cast<signed char>(text[at]) < 0) {
        next = at;
        certain = detail::is_plain(next_code_point(text, next));
      }
    }
    if (!certain) {
      if (at > begin) out.push_back(text.substr(begin, at - begin));
      begin = next;
    }
    at = next;
  }
  return out;
}

/// One of these stands in every line that can match; empty: nothing is known.
using Alternatives = std::vector<std::string>;

std::string_view longest_run(std::string_view text) {
  std::string_view best;
  for (const std::string_view run : certain_runs(text))
    if (run.size() > best.size()) best = run;
  return best;
}

/// A piece of a word: itself, and what stands in lines whose decoder writes it into a value of its own accord.
Alternatives alternatives_of(std::string_view run) {
  Alternatives out = {std::string(run)};
  for (const codec::OwnWord& word : codec::own_words()) {
    if (word.text.find(run) == std::string::npos) continue;
    const std::string_view witness = longest_run(word.witness);
    if (witness.size() < kShortestLiteral) return {};
    out.emplace_back(witness);
  }
  return out;
}

Alternatives required(const query::Text& text) {
  std::string_view best_run;
  Alternatives best;
  const auto look_at = [&](std::string_view literal) {
    for (const std::string_view run : certain_runs(literal)) {
      if (run.size() <= best_run.size() || run.size() < kShortestLiteral) continue;
      Alternatives found = alternatives_of(run);
      if (found.empty()) continue;
      best_run = run;
      best = std::move(found);
    }
  };
  if (text.phrase || !text.literal.empty())
    look_at(text.literal);
  else
    for (const Glob::Piece& piece : text.glob.pieces)
      if (piece.kind == Glob::Piece::Kind::Literal) look_at(piece.text);
  return best;
}

std::size_t shortest(const Alternatives& alternatives) {
  std::size_t out = SIZE_MAX;
  for (const std::string& literal : alternatives) out = std::min(out, literal.size());
  return alternatives.empty() ? 0 : out;
}

Alternatives required(const query::Expression& expression, const event::Schema& schema) {
  using Kind = query::Expression::Kind;
  Alternatives out;
  if (expression.kind == Kind::And) {
    for (const query::Expression& child : expression.children) {
      Alternatives of_child = required(child, schema);
      if (shortest(of_child) > shortest(out)) out = std::move(of_child);
    }
  } else if (expression.kind == Kind::Or) {
    for (const query::Expression& child : expression.children) {
      Alternatives of_child = required(child, schema);
      if (of_child.empty()) return {};
      std::ranges::move(of_child, std::back_inserter(out));
    }
  } else if (expression.kind == Kind::Test) {
    const auto* text = std::get_if<query::Text>(&*expression.test);
    if (text != nullptr && is_stored(expression.field, schema)) out = required(*text);
  }
  return out;
}

char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool stands_at(std::string_view text, std::size_t at, std::string_view literal) {
  if (at > text.size() || text.size() - at < literal.size()) return false;
  return std::equal(literal.begin(), literal.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char wanted, char c) { return wanted == folded(c); });
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// At "\u": an escape that stands for a character, or the ESC that changes the charset. Those of other control
/// characters are how the line writes them.
bool is_escape(std::string_view text, std::size_t at) {
  const std::string_view digits = text.substr(at + 2, 4);
  if (digits.size() < 4 || !std::ranges::all_of(digits, is_hex)) return false;
  const bool is_control = digits[0] == '0' && digits[1] == '0' && (digits[2] == '0' || digits[2] == '1');
  return !is_control || digits == "001b" || digits == "001B";
}

/// A place where two neighbours looked as if the line were not plain.
bool is_not_plain_at(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '\\':
      return is_escape(text, at);
    case '&':  // &#x41;
    case '<':  // <!-- -->, <![CDATA[ ]]>, <? ?>
      return true;
    case 't':
      return at >= 4 && text.substr(at - 4, 6) == "audit(";
    case 'w':
      return at >= 3 && text.substr(at - 3, 10) == "\"raw_b64\":";
    case '"':  // names the columns of lines behind it
      return at >= 6 && text.substr(at - 6, 8) == "\"raw\":\"#";
    default:
      break;
  }
  std::size_t next = at;
  return !detail::is_plain(next_code_point(text, next));
}

bool may_be_not_plain(char c, char next) {
  return static_cast<signed char>(c) < 0 || (c == '\\' && next == 'u') || (c == '&' && next == '#') ||
         (c == '<' && (next == '!' || next == '?')) || (c == 't' && next == '(') || (c == 'w' && next == '_') ||
         (c == '"' && next == '#');
}

#if defined(__AVX2__)
constexpr std::size_t kWide = 32;

__m256i load(const char* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
__m256i all(char c) {
  return _mm256_set1_epi8(c);
}
__m256i both(__m256i a, char first, __m256i b, char second) {
  return _mm256_and_si256(_mm256_cmpeq_epi8(a, all(first)), _mm256_cmpeq_epi8(b, all(second)));
}
/// One bit for each of the places.
unsigned mask_of(__m256i found) {
  return static_cast<unsigned>(_mm256_movemask_epi8(found));
}

unsigned may_be_not_plain_mask(const char* at) {
  const __m256i a = load(at), b = load(at + 1);
  const __m256i question = _mm256_or_si256(_mm256_cmpeq_epi8(b, all('!')), _mm256_cmpeq_epi8(b, all('?')));
  __m256i found = _mm256_or_si256(a, both(a, '\\', b, 'u'));  // the high bit is what counts
  found = _mm256_or_si256(found, both(a, '&', b, '#'));
  found = _mm256_or_si256(found, _mm256_and_si256(_mm256_cmpeq_epi8(a, all('<')), question));
  found = _mm256_or_si256(found, both(a, 't', b, '('));
  found = _mm256_or_si256(found, both(a, 'w', b, '_'));
  found = _mm256_or_si256(found, both(a, '"', b, '#'));
  return mask_of(found);
}
#endif

}  // namespace

namespace detail {

bool is_plain(char32_t c) {
  if (c < 0x80) return true;
  return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FE) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x3001 && c <= 0x3003) || (c >= 0x3005 && c <= 0x3011) ||
         (c >= 0x3014 && c <= 0x301C);
}

/// By its first and its last byte, many places at a time.
void find_literal(std::string_view text, std::string_view literal, std::vector<std::size_t>& places) {
  if (literal.empty() || text.size() < literal.size()) return;
  const std::size_t end = text.size() - literal.size() + 1;
  std::size_t at = 0;
#if defined(__AVX2__)
  const auto case_bit = [](char c) { return all(static_cast<char>(is_letter(c) ? 0x20 : 0)); };
  const __m256i first = all(literal.front()), first_case = case_bit(literal.front());
  const __m256i last = all(literal.back()), last_case = case_bit(literal.back());
  for (; at + kWide <= end; at += kWide) {
    const __m256i a = _mm256_or_si256(load(text.data() + at), first_case);
    const __m256i b = _mm256_or_si256(load(text.data() + at + literal.size() - 1), last_case);
    unsigned mask = mask_of(_mm256_and_si256(_mm256_cmpeq_epi8(a, first), _mm256_cmpeq_epi8(b, last)));
    for (; mask != 0; mask &= mask - 1) {
      const std::size_t place = at + static_cast<std::size_t>(__builtin_ctz(mask));
      if (stands_at(text, place, literal)) places.push_back(place);
    }
  }
#endif
  for (; at < end; ++at)
    if (stands_at(text, at, literal)) places.push_back(at);
}

void find_not_plain(std::string_view text, std::vector<std::size_t>& places) {
  const auto behind_line = [&](std::size_t at) {
    const std::size_t feed = text.find('\n', at);
    return feed == std::string_view::npos ? text.size() : feed + 1;
  };
  std::size_t at = 0;
#if defined(__AVX2__)
  while (at + kWide < text.size()) {
    unsigned mask = may_be_not_plain_mask(text.data() + at);
    std::size_t next = at + kWide;
    for (; mask != 0; mask &= mask - 1) {
      const std::size_t place = at + static_cast<std::size_t>(__builtin_ctz(mask));
      if ((static_cast<unsigned char>(text[place]) & 0xC0U) == 0x80U) continue;  // within a character
      if (!is_not_plain_at(text, place)) continue;
      places.push_back(place);
      next = behind_line(place);
      break;
    }
    at = next;
  }
#endif
  while (at < text.size()) {
    const bool inside = (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
    if (!inside && may_be_not_plain(text[at], at + 1 < text.size() ? text[at + 1] : '\n') &&
        is_not_plain_at(text, at)) {
      places.push_back(at);
      at = behind_line(at);
    } else {
      ++at;
    }
  }
}

}  // namespace detail

std::optional<TextFilter> TextFilter::make(const query::Expression& expression, const event::Schema& schema) {
  Alternatives literals = required(expression, schema);
  if (literals.empty()) return std::nullopt;
  return TextFilter(std::move(literals));
}

void TextFilter::find_candidates(std::string_view block, std::vector<std::string_view>& out) {
  places_.clear();
  for (const std::string& literal : literals_) detail::find_literal(block, literal, places_);
  detail::find_not_plain(block, places_);
  std::ranges::sort(places_);
  std::size_t behind = 0;  // the line that was given last
  for (const std::size_t place : places_) {
    if (place < behind) continue;
    const std::size_t before = block.substr(behind, place - behind).rfind('\n');
    const std::size_t begin = before == std::string_view::npos ? behind : behind + before + 1;
    const std::size_t end = std::min(block.find('\n', place), block.size());
    out.push_back(block.substr(begin, end - begin));
    behind = std::min(end + 1, block.size());
  }
}

}  // namespace yorozu::archive::search
