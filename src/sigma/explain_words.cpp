#include "sigma/explain_words.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "sigma/pattern.h"

namespace yorozu::sigma {
namespace {

using message::Id;
using message::Lang;
using Kind = Pattern::Part::Kind;

constexpr std::size_t kMaxValues = 12;  // said in one sentence

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", text);
}

std::string cidr_text(const Cidr& cidr) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(cidr.v6 ? AF_INET6 : AF_INET, cidr.network.data(), text.data(), text.size());
  return fmt::format("{}/{}", text.data(), cidr.prefix);
}

Id verb_of(Comparison op) {
  switch (op) {
    case Comparison::Less:
      return Id::ExplainLess;
    case Comparison::LessOrEqual:
      return Id::ExplainLessOrEqual;
    case Comparison::Greater:
      return Id::ExplainGreater;
    case Comparison::GreaterOrEqual:
      break;
  }
  return Id::ExplainGreaterOrEqual;
}

Id name_of(TimePart part) {
  constexpr std::array<Id, 6> kNames = {Id::ExplainMinuteOf, Id::ExplainHourOf,  Id::ExplainDayOf,
                                        Id::ExplainWeekOf,   Id::ExplainMonthOf, Id::ExplainYearOf};
  return kNames[static_cast<std::size_t>(part)];
}

class Speaker {
 public:
  Speaker(std::string field, Lang lang) : field_(std::move(field)), lang_(lang) {}

  Words operator()(const Pattern& pattern) const;
  Words operator()(const Number& number) const { return say(Id::ExplainIs, number.text); }
  Words operator()(const Boolean& boolean) const { return say(Id::ExplainIs, boolean.value ? "true" : "false"); }
  Words operator()(const Null&) const { return say(Id::ExplainAbsent, ""); }
  Words operator()(const Exists& exists) const {
    return say(exists.wanted ? Id::ExplainPresent : Id::ExplainNotPresent, "");
  }
  Words operator()(const Regex& regex) const {
    return say(Id::ExplainRegex, fmt::format("/{}/{}", regex.pattern, flags(regex)));
  }
  Words operator()(const Cidr& cidr) const { return say(Id::ExplainCidr, cidr_text(cidr)); }
  Words operator()(const Compare& compare) const { return say(verb_of(compare.op), number_text(compare.value)); }
  Words operator()(const DatePart& date) const {
    return {date.op ? verb_of(*date.op) : Id::ExplainIs, message::format(lang_, name_of(date.part), field_),
            number_text(date.value)};
  }
  Words operator()(const FieldReference& reference) const;

 private:
  Words say(Id verb, std::string value) const { return {verb, field_, std::move(value)}; }
  static std::string flags(const Regex& regex) {
    return std::string(regex.ignore_case ? "i" : "") + (regex.multi_line ? "m" : "") + (regex.dot_all ? "s" : "");
  }

  std::string field_;
  Lang lang_;
};

Words Speaker::operator()(const Pattern& pattern) const {
  const auto& parts = pattern.parts;
  const auto is = [&](std::initializer_list<Kind> kinds) {
    return std::ranges::equal(parts, kinds, {}, &Pattern::Part::kind);
  };
  const auto text = [&](std::size_t part) {
    const std::string value = quoted(parts[part].text);
    return pattern.cased ? message::format(lang_, Id::ExplainCased, value) : value;
  };
  if (parts.empty()) return say(Id::ExplainIsEmpty, "");
  if (is({Kind::Any})) return say(Id::ExplainIsAnything, "");
  if (is({Kind::Literal})) return say(Id::ExplainIs, text(0));
  if (is({Kind::Literal, Kind::Any})) return say(Id::ExplainStartsWith, text(0));
  if (is({Kind::Any, Kind::Literal})) return say(Id::ExplainEndsWith, text(1));
  if (is({Kind::Any, Kind::Literal, Kind::Any})) return say(Id::ExplainContains, text(1));
  const std::string value = quoted(to_text(pattern));
  return say(Id::ExplainLike, pattern.cased ? message::format(lang_, Id::ExplainCased, value) : value);
}

Words Speaker::operator()(const FieldReference& reference) const {
  const std::string other = message::format(lang_, Id::ExplainFieldValue, reference.other);
  switch (reference.how) {
    case FieldReference::How::Equals:
      return say(Id::ExplainSame, other);
    case FieldReference::How::Contains:
      return say(Id::ExplainContains, other);
    case FieldReference::How::StartsWith:
      return say(Id::ExplainStartsWith, other);
    case FieldReference::How::EndsWith:
      break;
  }
  return say(Id::ExplainEndsWith, other);
}

}  // namespace

Words words_of(const Test& test, Lang lang) {
  const std::string field = test.field.empty() ? std::string(message::text(lang, Id::ExplainAnyField)) : test.field;
  return std::visit(Speaker(field, lang), test.matcher);
}

std::string join_values(const std::vector<std::string>& values, Id joiner, Lang lang) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out += message::text(lang, joiner);
    if (i == kMaxValues && values.size() > kMaxValues + 1)
      return out + message::format(lang, Id::ExplainMore, values.size() - i);
    out += values[i];
  }
  return out;
}

std::string number_text(double value) {
  return fmt::format("{}", value);
}

}  // namespace yorozu::sigma
