/// What each modifier does to a value. A value is a list of alternatives (OR-linked) from the start, so that modifiers
/// that multiply it (windash, base64offset, expand) and those that do not are applied alike.
#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "sigma/cidr.h"
#include "sigma/encoding.h"
#include "sigma/modifier.h"
#include "sigma/pattern.h"
#include "sigma/placeholder.h"
#include "sigma/regex.h"
#include "sigma/scalar.h"

namespace yorozu::sigma {
namespace {

using Alternatives = std::vector<Matcher>;

class Application {
 public:
  Application(const YamlNode& value, ModifierContext& context) : value_(value), context_(context) {}

  std::optional<Alternatives> run(const FieldKey& key);

 private:
  bool apply(Modifier modifier);
  bool apply_to(Modifier modifier, Matcher& matcher);
  bool affix(Modifier modifier, Matcher& matcher);
  bool to_regex(Matcher& matcher);
  bool to_cidr(Matcher& matcher);
  bool to_exists(Matcher& matcher);
  bool to_reference(Matcher& matcher);
  bool set_flag(Modifier modifier, Matcher& matcher);
  bool set_cased(Matcher& matcher);
  bool encode(Modifier modifier, Matcher& matcher);
  bool compare(Comparison op, Matcher& matcher);
  bool date_part(TimePart part, Matcher& matcher);
  bool multiply(Modifier modifier);
  bool multiply_one(Modifier modifier, Matcher matcher, Alternatives& out);
  bool check_size();
  bool check_regexes();

  /// The pattern of a text; numbers become their text, other kinds of value are an error.
  Pattern* text_of(Modifier modifier, Matcher& matcher);
  bool wrong_type(Modifier modifier, std::string wants) {
    return error("modifier-type", "`" + std::string(to_string(modifier)) + "` needs " + std::move(wants));
  }
  bool error(std::string code, std::string message, std::string hint = {}) {
    context_.report.error(value_.span, std::move(code), std::move(message), std::move(hint));
    return false;
  }

  const YamlNode& value_;
  ModifierContext& context_;
  Alternatives alternatives_;
  bool wide_ = false;
};

Pattern* Application::text_of(Modifier modifier, Matcher& matcher) {
  if (const auto* number = std::get_if<Number>(&matcher)) matcher = literal_pattern(Number(*number).text);
  auto* pattern = std::get_if<Pattern>(&matcher);
  if (pattern == nullptr) wrong_type(modifier, "a text");
  return pattern;
}

bool Application::affix(Modifier modifier, Matcher& matcher) {
  using How = FieldReference::How;
  if (auto* regex = std::get_if<Regex>(&matcher)) {
    // An unanchored search contains already; the other two are anchors.
    if (modifier == Modifier::StartsWith) regex->pattern = "\\A(?:" + regex->pattern + ")";
    if (modifier == Modifier::EndsWith) regex->pattern = "(?:" + regex->pattern + ")\\z";
    return true;
  }
  if (auto* reference = std::get_if<FieldReference>(&matcher)) {
    const How how = modifier == Modifier::StartsWith ? How::StartsWith
                    : modifier == Modifier::EndsWith ? How::EndsWith
                                                     : How::Contains;
    reference->how = reference->how == How::Equals || reference->how == how ? how : How::Contains;
    return true;
  }
  Pattern* pattern = text_of(modifier, matcher);
  if (pattern == nullptr) return false;
  if (modifier != Modifier::StartsWith) add_any_in_front(*pattern);
  if (modifier != Modifier::EndsWith) add_any_behind(*pattern);
  return true;
}

bool Application::to_regex(Matcher& matcher) {
  if (std::holds_alternative<Boolean>(matcher) || std::holds_alternative<Null>(matcher))
    return wrong_type(Modifier::Regex, "a text");
  matcher = Regex{value_.text};
  return true;
}

bool Application::to_cidr(Matcher& matcher) {
  auto network = parse_cidr(value_.text);
  if (!network) return error("bad-cidr", std::move(network).error().message, "write it as 10.0.0.0/8 or fe80::/10");
  matcher = *network;
  return true;
}

bool Application::to_exists(Matcher& matcher) {
  const auto* wanted = std::get_if<Boolean>(&matcher);
  if (wanted == nullptr) return wrong_type(Modifier::Exists, "true or false");
  matcher = Exists{Boolean(*wanted).value};
  return true;
}

bool Application::to_reference(Matcher& matcher) {
  const Pattern* pattern = text_of(Modifier::FieldReference, matcher);
  if (pattern == nullptr) return false;
  if (has_wildcard(*pattern) || pattern->parts.empty())
    return error("bad-fieldref", "`fieldref` needs the name of a field, without wildcards",
                 "put contains, startswith or endswith behind fieldref");
  matcher = FieldReference{literal_text(*pattern), FieldReference::How::Equals, pattern->cased};
  return true;
}

bool Application::set_flag(Modifier modifier, Matcher& matcher) {
  auto* regex = std::get_if<Regex>(&matcher);
  if (regex == nullptr) return wrong_type(modifier, "a regular expression");
  if (modifier == Modifier::IgnoreCase) regex->ignore_case = true;
  if (modifier == Modifier::MultiLine) regex->multi_line = true;
  if (modifier == Modifier::DotAll) regex->dot_all = true;
  return true;
}

bool Application::set_cased(Matcher& matcher) {
  if (auto* reference = std::get_if<FieldReference>(&matcher)) {
    reference->cased = true;
    return true;
  }
  Pattern* pattern = text_of(Modifier::Cased, matcher);
  if (pattern == nullptr) return false;
  pattern->cased = true;
  return true;
}

bool Application::encode(Modifier modifier, Matcher& matcher) {
  Pattern* pattern = text_of(modifier, matcher);
  if (pattern == nullptr) return false;
  if (modifier == Modifier::Base64) {
    if (has_wildcard(*pattern)) return error("base64-wildcard", "base64 of a value with wildcards is not possible");
    const bool cased = pattern->cased;
    *pattern = literal_pattern(base64(literal_text(*pattern)));
    pattern->cased = cased;
    return true;
  }
  wide_ = true;
  for (Pattern::Part& part : pattern->parts) {
    if (modifier == Modifier::Utf16Le) part.text = utf16le_from_utf8(part.text);
    if (modifier == Modifier::Utf16Be) part.text = utf16be_from_utf8(part.text);
    if (modifier == Modifier::Utf16 && &part == &pattern->parts.front())
      part.text = utf16_with_mark(part.text);
    else if (modifier == Modifier::Utf16)
      part.text = utf16le_from_utf8(part.text);
  }
  return true;
}

bool Application::compare(Comparison op, Matcher& matcher) {
  if (auto* date = std::get_if<DatePart>(&matcher)) {
    date->op = op;
    return true;
  }
  const auto number = parse_number(value_.text);
  if (!number) return error("modifier-type", "a comparison needs a number");
  matcher = Compare{op, number->value};
  return true;
}

bool Application::date_part(TimePart part, Matcher& matcher) {
  const auto* compared = std::get_if<Compare>(&matcher);
  const auto number = parse_number(value_.text);
  if (!number) return error("modifier-type", "a part of a date needs a number");
  matcher = DatePart{part, compared != nullptr ? std::optional(compared->op) : std::nullopt, number->value};
  return true;
}

bool Application::multiply_one(Modifier modifier, Matcher matcher, Alternatives& out) {
  if (modifier == Modifier::Expand) {
    auto expanded = expand_placeholders(std::move(matcher), value_.span, context_);
    if (!expanded) return false;
    std::ranges::move(*expanded, std::back_inserter(out));
    return true;
  }
  Pattern* pattern = text_of(modifier, matcher);
  if (pattern == nullptr) return false;
  if (modifier == Modifier::WindowsDash) {
    auto variants = windash_variants(*pattern);
    if (!variants) return error("too-large", "`windash` on a value with more than five dashes, or a very long one");
    std::ranges::move(*variants, std::back_inserter(out));
    return true;
  }
  if (has_wildcard(*pattern)) return error("base64-wildcard", "base64 of a value with wildcards is not possible");
  for (const std::string& shift : base64_shifts(literal_text(*pattern))) {
    if (shift.empty()) return error("too-short", "too short for `base64offset`: it would match everything");
    Pattern made = literal_pattern(shift);
    made.cased = pattern->cased;
    out.emplace_back(std::move(made));
  }
  return true;
}

bool Application::multiply(Modifier modifier) {
  Alternatives out;
  for (Matcher& matcher : alternatives_) {
    if (!multiply_one(modifier, std::move(matcher), out)) return false;
    if (out.size() > kMaxAlternatives) return error("too-large", "one value becomes more than 20,000 tests");
  }
  alternatives_ = std::move(out);
  return true;
}

bool Application::apply_to(Modifier modifier, Matcher& matcher) {
  switch (modifier) {
    case Modifier::Contains:
    case Modifier::StartsWith:
    case Modifier::EndsWith:
      return affix(modifier, matcher);
    case Modifier::Regex:
      return to_regex(matcher);
    case Modifier::Cidr:
      return to_cidr(matcher);
    case Modifier::Exists:
      return to_exists(matcher);
    case Modifier::FieldReference:
      return to_reference(matcher);
    case Modifier::IgnoreCase:
    case Modifier::MultiLine:
    case Modifier::DotAll:
      return set_flag(modifier, matcher);
    case Modifier::Cased:
      return set_cased(matcher);
    case Modifier::Base64:
    case Modifier::Utf16Le:
    case Modifier::Utf16Be:
    case Modifier::Utf16:
      return encode(modifier, matcher);
    case Modifier::Less:
      return compare(Comparison::Less, matcher);
    case Modifier::LessOrEqual:
      return compare(Comparison::LessOrEqual, matcher);
    case Modifier::Greater:
      return compare(Comparison::Greater, matcher);
    case Modifier::GreaterOrEqual:
      return compare(Comparison::GreaterOrEqual, matcher);
    case Modifier::Minute:
      return date_part(TimePart::Minute, matcher);
    case Modifier::Hour:
      return date_part(TimePart::Hour, matcher);
    case Modifier::Day:
      return date_part(TimePart::Day, matcher);
    case Modifier::Week:
      return date_part(TimePart::Week, matcher);
    case Modifier::Month:
      return date_part(TimePart::Month, matcher);
    case Modifier::Year:
      return date_part(TimePart::Year, matcher);
    case Modifier::All:
    case Modifier::NotEqual:
    case Modifier::Expand:
    case Modifier::WindowsDash:
    case Modifier::Base64Offset:
      break;  // of the item, or of the whole list of alternatives
  }
  return true;
}

bool Application::apply(Modifier modifier) {
  if (modifier == Modifier::Expand || modifier == Modifier::WindowsDash || modifier == Modifier::Base64Offset)
    return multiply(modifier);
  return std::ranges::all_of(alternatives_, [&](Matcher& matcher) { return apply_to(modifier, matcher); });
}

bool Application::check_size() {
  std::size_t bytes = 0;
  for (const Matcher& matcher : alternatives_) {
    if (const auto* pattern = std::get_if<Pattern>(&matcher)) bytes += literal_text(*pattern).size();
    if (const auto* regex = std::get_if<Regex>(&matcher)) bytes += regex->pattern.size();
  }
  return bytes <= kMaxExpandedBytes || error("too-large", "one value becomes more than 4 MiB of text");
}

bool Application::check_regexes() {
  for (const Matcher& matcher : alternatives_) {
    const auto* regex = std::get_if<Regex>(&matcher);
    if (regex == nullptr) continue;
    const auto compiled = CompiledRegex::compile(*regex);
    if (compiled) continue;
    const bool left_out = compiled.error().code == ErrorCode::Unsupported;
    return error(left_out ? "unsupported-regex" : "bad-regex", compiled.error().message,
                 left_out ? "look-around, back-references and repeats above 1,000 are left out" : "");
  }
  return true;
}

std::optional<Alternatives> Application::run(const FieldKey& key) {
  alternatives_.push_back(value_of(value_, context_.report));
  for (const Modifier modifier : key.modifiers)
    if (!apply(modifier) || !check_size()) return std::nullopt;
  if (!check_regexes()) return std::nullopt;
  if (wide_ && !key.has(Modifier::Base64) && !key.has(Modifier::Base64Offset))
    context_.report.warning(value_.span, "wide-alone", "UTF-16 without base64 behind it: fields hold text, not bytes");
  return std::move(alternatives_);
}

}  // namespace

std::optional<std::vector<Matcher>> apply_modifiers(const FieldKey& key, const YamlNode& value,
                                                    ModifierContext& context) {
  return Application(value, context).run(key);
}

}  // namespace yorozu::sigma
