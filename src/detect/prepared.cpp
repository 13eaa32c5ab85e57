#include "detect/prepared.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <functional>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "base/text.h"
#include "detect/regex_literals.h"
#include "event/value.h"
#include "sigma/cidr.h"
#include "sigma/date_part.h"
#include "sigma/regex.h"

namespace yorozu::detect {

namespace {

using Kind = Prepared::Kind;
using PartKind = sigma::Pattern::Part::Kind;

std::string text_of(const std::string& text, bool cased) {
  return cased ? text : fold(text);
}

void prepare_pattern(const sigma::Pattern& pattern, Prepared& out) {
  out.cased = pattern.cased;
  const auto& parts = pattern.parts;
  const auto is = [&parts](std::initializer_list<PartKind> kinds) {
    return std::ranges::equal(parts, kinds, {}, &sigma::Pattern::Part::kind);
  };
  const auto literal = [&](Kind kind, std::size_t part) {
    out.kind = kind;
    out.literal = text_of(parts[part].text, out.cased);
  };
  if (parts.empty()) {
    out.kind = Kind::Equals;
  } else if (is({PartKind::Any})) {
    out.kind = Kind::Anything;
  } else if (is({PartKind::Literal})) {
    literal(Kind::Equals, 0);
  } else if (is({PartKind::Literal, PartKind::Any})) {
    literal(Kind::StartsWith, 0);
  } else if (is({PartKind::Any, PartKind::Literal})) {
    literal(Kind::EndsWith, 1);
  } else if (is({PartKind::Any, PartKind::Literal, PartKind::Any})) {
    literal(Kind::Contains, 1);
  } else {
    out.kind = Kind::Glob;
    for (const auto& part : parts) {
      const auto kind = part.kind == PartKind::Any   ? Glob::Piece::Kind::AnyRun
                        : part.kind == PartKind::One ? Glob::Piece::Kind::AnyOne
                                                     : Glob::Piece::Kind::Literal;
      out.glob.pieces.push_back({kind, text_of(part.text, out.cased)});
    }
  }
}

/// Looks for first and last byte of `part` at 32 places at once; most places have neither.
bool contains(std::string_view text, std::string_view part) {
#ifdef __AVX2__
  constexpr std::size_t kStep = 32;
  if (part.size() >= 2 && text.size() >= part.size() + kStep - 1) {
    const __m256i first = _mm256_set1_epi8(part.front()), last = _mm256_set1_epi8(part.back());
    const std::size_t places = text.size() - part.size() + 1;  // at least kStep
    const auto load = [](const char* at) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)); };
    for (std::size_t at = 0; at < places; at += kStep) {
      if (at + kStep > places) at = places - kStep;  // the last step overlaps the one before
      const __m256i both = _mm256_and_si256(_mm256_cmpeq_epi8(load(text.data() + at), first),
                                            _mm256_cmpeq_epi8(load(text.data() + at + part.size() - 1), last));
      for (auto bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(both)); bits != 0; bits &= bits - 1) {
        const char* found = text.data() + at + static_cast<unsigned>(std::countr_zero(bits));
        if (std::memcmp(found + 1, part.data() + 1, part.size() - 2) == 0) return true;
      }
    }
    return false;
  }
#endif
  if (part.size() > text.size()) return false;
  return part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

bool text_matches(const Prepared& test, std::string_view text) {
  switch (test.kind) {
    case Kind::Anything:
      return true;
    case Kind::Equals:
      return text == test.literal;
    case Kind::StartsWith:
      return text.starts_with(test.literal);
    case Kind::EndsWith:
      return text.ends_with(test.literal);
    case Kind::Contains:
      return contains(text, test.literal);
    default:
      return matches(test.glob, text);
  }
}

/// N of the pattern `.{N,}`, else 0. Counting to a thousand costs an automaton of a thousand states dearly.
std::size_t long_run(const sigma::Regex& regex) {
  std::string_view rest = regex.pattern;
  if (regex.dot_all || !rest.starts_with(".{") || !rest.ends_with(",}")) return 0;
  rest = rest.substr(2, rest.size() - 4);
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out);
  return error == std::errc{} && end == rest.data() + rest.size() ? out : 0;
}

bool regex_matches(const Prepared& test, std::string_view text) {
  if (test.long_run == 0) return test.regex->found_in(text);
  if (text.size() < test.long_run) return false;
  const bool is_ascii = std::ranges::none_of(text, [](char c) { return (static_cast<std::uint8_t>(c) & 0x80U) != 0; });
  if (!is_ascii) return test.regex->found_in(text);
  while (text.size() >= test.long_run) {
    const std::size_t line = std::min(text.find('\n'), text.size());
    if (line >= test.long_run) return true;
    text.remove_prefix(std::min(line + 1, text.size()));
  }
  return false;
}

bool is_number(event::ValueType type) {
  using enum event::ValueType;
  return type == JsonNumber || (type >= Int8 && type <= Float64);
}

template <class F>
bool any_element(const event::Value& value, F&& accept) {
  if (!value.is_array) return accept(value);
  bool found = false;
  event::for_each_element(value, [&](const event::Value& element) { found = found || accept(element); });
  return found;
}

bool number_matches(const sigma::Number& number, const event::Value& value, std::uint16_t position, EventTexts& texts) {
  if (is_number(value.type))
    return any_element(value, [&](const event::Value& element) { return event::to_number(element) == number.value; });
  return texts.any_raw(position, [&](std::string_view text) { return text == number.text; });
}

bool one_of_numbers_matches(const Prepared& test, const event::Value& value, std::uint16_t position,
                            EventTexts& texts) {
  if (is_number(value.type))
    return any_element(value, [&test](const event::Value& element) {
      const auto number = event::to_number(element);
      return number && std::ranges::binary_search(test.numbers, *number);
    });
  return texts.any_raw(position, [&test](std::string_view text) {
    return std::ranges::binary_search(test.number_texts, text, std::less<>{});
  });
}

bool reference_matches(const sigma::FieldReference& reference, std::string_view left, std::string_view right) {
  using How = sigma::FieldReference::How;
  switch (reference.how) {
    case How::Equals:
      return left == right;
    case How::Contains:
      return left.find(right) != left.npos;
    case How::StartsWith:
      return left.starts_with(right);
    case How::EndsWith:
      return left.ends_with(right);
  }
  return false;
}

/// Texts of one side of a reference: of the values at `positions`, or the constant that stands for the field.
std::vector<std::string> side(const std::optional<std::string>& constant, std::span<const std::uint16_t> positions,
                              bool cased, EventTexts& texts) {
  if (constant) return {cased ? *constant : fold(*constant)};
  std::vector<std::string> out;
  const auto keep = [&out](std::string_view text) {
    out.emplace_back(text);
    return false;
  };
  for (const std::uint16_t position : positions)
    cased ? texts.any_raw(position, keep) : texts.any_folded(position, keep);
  return out;
}

bool reference(const Prepared& test, std::span<const std::uint16_t> positions, std::span<const std::uint16_t> others,
               EventTexts& texts) {
  const auto& reference = std::get<sigma::FieldReference>(test.source);
  const auto left = side(test.constant, positions, reference.cased, texts);
  if (left.empty()) return false;
  const auto right = side(test.other_constant, others, reference.cased, texts);
  for (const std::string& a : left)
    for (const std::string& b : right)
      if (reference_matches(reference, a, b)) return true;
  return false;
}

}  // namespace

Prepared prepare(const sigma::Test& test) {
  Prepared out;
  out.is_keyword = test.field.empty();
  out.source = test.matcher;
  struct Visitor {
    Prepared& out;
    void operator()(const sigma::Pattern& pattern) const { prepare_pattern(pattern, out); }
    void operator()(const sigma::Number&) const { out.kind = Kind::Number; }
    void operator()(const sigma::Boolean&) const { out.kind = Kind::Boolean; }
    void operator()(const sigma::Null&) const { out.kind = Kind::Null; }
    void operator()(const sigma::Exists&) const { out.kind = Kind::Exists; }
    void operator()(const sigma::Regex& regex) const {
      auto compiled = sigma::CompiledRegex::compile(regex);
      if (!compiled) return;  // the loader has refused the rule already
      out.kind = Kind::Regex;
      out.needed = regex_literals(regex.pattern);
      out.long_run = long_run(regex);
      out.regex = std::make_shared<const sigma::CompiledRegex>(*std::move(compiled));
    }
    void operator()(const sigma::Cidr&) const { out.kind = Kind::Cidr; }
    void operator()(const sigma::Compare&) const { out.kind = Kind::Compare; }
    void operator()(const sigma::DatePart&) const { out.kind = Kind::DatePart; }
    void operator()(const sigma::FieldReference&) const { out.kind = Kind::FieldReference; }
  };
  std::visit(Visitor{out}, test.matcher);
  return out;
}

Prepared any_of_numbers(std::span<const Prepared* const> tests) {
  Prepared out;
  out.kind = Kind::OneOfNumbers;
  for (const Prepared* test : tests) {
    const auto& number = std::get<sigma::Number>(test->source);
    out.is_keyword = test->is_keyword;
    out.numbers.push_back(number.value);
    out.number_texts.push_back(number.text);
  }
  std::ranges::sort(out.numbers);
  std::ranges::sort(out.number_texts);
  return out;
}

bool accepts(const Prepared& test, std::uint16_t position, EventTexts& texts) {
  const event::Value& value = texts.value(position);
  if (value.is_null()) return false;
  switch (test.kind) {
    case Kind::Anything:
    case Kind::Equals:
    case Kind::StartsWith:
    case Kind::EndsWith:
    case Kind::Contains:
    case Kind::Glob: {
      const auto accept = [&test](std::string_view text) { return text_matches(test, text); };
      return test.cased ? texts.any_raw(position, accept) : texts.any_folded(position, accept);
    }
    case Kind::Number:
      return number_matches(std::get<sigma::Number>(test.source), value, position, texts);
    case Kind::OneOfNumbers:
      return one_of_numbers_matches(test, value, position, texts);
    case Kind::Boolean: {
      const std::string_view wanted = std::get<sigma::Boolean>(test.source).value ? "true" : "false";
      return texts.any_folded(position, [wanted](std::string_view text) { return text == wanted; });
    }
    case Kind::Regex:
      if (!test.needed.empty() && !texts.any_folded(position, [&test](std::string_view text) {
            return std::ranges::any_of(test.needed, [text](const std::string& part) { return contains(text, part); });
          }))
        return false;
      return texts.any_raw(position, [&test](std::string_view text) { return regex_matches(test, text); });
    case Kind::Cidr: {
      const auto& network = std::get<sigma::Cidr>(test.source);
      return texts.any_address(position,
                               [&network](const sigma::Address& address) { return contains(network, address); });
    }
    case Kind::Compare: {
      const auto& want = std::get<sigma::Compare>(test.source);
      return any_element(value, [&want](const event::Value& element) {
        const auto number = event::to_number(element);
        return number && sigma::holds(want.op, *number, want.value);
      });
    }
    case Kind::DatePart: {
      const auto& want = std::get<sigma::DatePart>(test.source);
      return any_element(value, [&want](const event::Value& element) {
        const auto time = event::to_time(element);
        return time && time->known() && sigma::matches(want, *time);
      });
    }
    default:
      return false;
  }
}

bool evaluate(const Prepared& test, std::span<const std::uint16_t> positions, std::span<const std::uint16_t> others,
              EventTexts& texts) {
  const auto has_value = [&texts](std::uint16_t position) { return !texts.value(position).is_null(); };
  switch (test.kind) {
    case Kind::Null:
      return std::ranges::none_of(positions, has_value);
    case Kind::Exists:
      return !positions.empty() == std::get<sigma::Exists>(test.source).wanted;
    case Kind::FieldReference:
      return reference(test, positions, others, texts);
    default:
      return std::ranges::any_of(positions, [&](std::uint16_t position) { return accepts(test, position, texts); });
  }
}

unsigned cost_of(const Prepared& test) {
  switch (test.kind) {
    case Kind::Null:
    case Kind::Exists:
    case Kind::Never:
    case Kind::Number:
      return 0;
    case Kind::OneOfNumbers:
    case Kind::Anything:
    case Kind::Equals:
    case Kind::StartsWith:
    case Kind::EndsWith:
    case Kind::Boolean:
    case Kind::Compare:
      return test.is_keyword ? 30 : test.cased ? 3 : 1;
    case Kind::Contains:
      return test.is_keyword ? 60 : 4;
    case Kind::Glob:
    case Kind::Cidr:
    case Kind::DatePart:
    case Kind::FieldReference:
      return test.is_keyword ? 90 : 8;
    case Kind::Regex:
      return test.is_keyword ? 400 : 40;
  }
  return 8;
}

}  // namespace yorozu::detect
