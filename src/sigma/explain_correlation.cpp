#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "sigma/explain.h"
#include "sigma/explain_words.h"

namespace yorozu::sigma {
namespace {

using message::Id;
using message::Lang;
using Type = Correlation::Type;

std::string timespan_text(std::int64_t us, Lang lang) {
  const std::int64_t seconds = us / 1'000'000;
  constexpr auto kUnits = std::to_array<std::pair<std::int64_t, Id>>(
      {{86400, Id::ExplainDays}, {3600, Id::ExplainHours}, {60, Id::ExplainMinutes}});
  for (const auto& [unit, id] : kUnits)
    if (seconds % unit == 0) return message::format(lang, id, seconds / unit);
  return message::format(lang, Id::ExplainSeconds, seconds);
}

std::string conditions_text(const Correlation& correlation, Lang lang) {
  constexpr std::array<Id, 6> kWords = {Id::ExplainLessThan, Id::ExplainAtMost,  Id::ExplainMoreThan,
                                        Id::ExplainAtLeast,  Id::ExplainExactly, Id::ExplainOtherThan};
  std::vector<std::string> words;
  words.reserve(correlation.conditions.size());
  for (const CorrelationCondition& condition : correlation.conditions)
    words.push_back(
        message::format(lang, kWords[static_cast<std::size_t>(condition.op)], number_text(condition.value)));
  return join_values(words, Id::ExplainAnd, lang);
}

const Metadata& member_meta(const Correlation::Member& member, const RuleSet& set) {
  return member.is_correlation ? set.correlations[member.index].meta : set.rules[member.index].meta;
}

std::string title_of(const Metadata& meta, Lang lang) {
  return lang == Lang::Ja && !meta.title_ja.empty() ? meta.title_ja : meta.title;
}

std::string expression_text(const Correlation::Expression& expression, const Correlation& correlation, Lang lang) {
  using Kind = Correlation::Expression::Kind;
  if (expression.kind == Kind::Member) return "\"" + correlation.members[expression.member].reference + "\"";
  std::vector<std::string> parts;
  parts.reserve(expression.children.size());
  for (const auto& child : expression.children) {
    const bool bracket = child.kind == Kind::And || child.kind == Kind::Or;
    const std::string text = expression_text(child, correlation, lang);
    parts.push_back(bracket ? "(" + text + ")" : text);
  }
  if (expression.kind == Kind::Not) return message::format(lang, Id::ExplainNot, parts.front());
  return join_values(parts, expression.kind == Kind::And ? Id::ExplainAnd : Id::ExplainOr, lang);
}

Id sentence_of(const Correlation& correlation) {
  constexpr std::array<Id, 8> kSentences = {Id::ExplainEventCount,      Id::ExplainValueCount, Id::ExplainTemporal,
                                            Id::ExplainTemporalOrdered, Id::ExplainValueSum,   Id::ExplainValueAverage,
                                            Id::ExplainValuePercentile, Id::ExplainValueMedian};
  const bool temporal = correlation.type == Type::Temporal || correlation.type == Type::TemporalOrdered;
  if (temporal && correlation.expression) return Id::ExplainTemporalExpression;
  if (temporal && !correlation.conditions.empty()) return Id::ExplainTemporalCount;
  return kSentences[static_cast<std::size_t>(correlation.type)];
}

void append_condition(const Correlation& correlation, Lang lang, std::string& out) {
  const std::string span = timespan_text(correlation.timespan_us, lang);
  std::string what = conditions_text(correlation, lang);
  if (correlation.expression) what = expression_text(*correlation.expression, correlation, lang);
  const std::string fields = join_values(correlation.fields, Id::ExplainAnd, lang);
  out += "  - " +
         message::format(lang, sentence_of(correlation), span, what, fields, number_text(correlation.percentile)) +
         "\n";
  if (correlation.type != Type::Temporal && correlation.type != Type::TemporalOrdered)
    out.append("  - ").append(message::text(lang, Id::ExplainOfRules)).append("\n");
}

void append_aliases(const Correlation& correlation, const RuleSet& set, Lang lang, std::string& out) {
  for (const Correlation::Alias& alias : correlation.aliases)
    for (const auto& [member, field] : alias.field_of_member)
      out += message::format(lang, Id::ExplainAlias, alias.name, field,
                             title_of(member_meta(correlation.members[member], set), lang)) +
             "\n";
}

}  // namespace

std::string explain(const Correlation& correlation, const RuleSet& set, Lang lang) {
  std::string out;
  append_head(correlation.meta, lang, out);
  out.append(message::text(lang, Id::ExplainFiresWhen)).append("\n");
  append_condition(correlation, lang, out);
  for (const Correlation::Member& member : correlation.members)
    out += "    - " + title_of(member_meta(member, set), lang) + " (" + member.reference + ")\n";
  out += correlation.group_by.empty()
             ? std::string(message::text(lang, Id::ExplainAllTogether))
             : message::format(lang, Id::ExplainSameGroup, join_values(correlation.group_by, Id::ExplainAnd, lang));
  out += "\n";
  append_aliases(correlation, set, lang, out);
  if (!correlation.alerts) out.append(message::text(lang, Id::ExplainSilent)).append("\n");
  append_tail(correlation.meta, lang, out);
  return out;
}

}  // namespace yorozu::sigma
