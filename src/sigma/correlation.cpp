#include "sigma/correlation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "sigma/condition.h"
#include "sigma/scalar.h"

namespace yorozu::sigma {
namespace {

using Type = Correlation::Type;
using Op = CorrelationCondition::Op;

constexpr auto kTypes = std::to_array<std::pair<std::string_view, Type>>({
    {"event_count", Type::EventCount},
    {"value_count", Type::ValueCount},
    {"temporal", Type::Temporal},
    {"temporal_ordered", Type::TemporalOrdered},
    {"value_sum", Type::ValueSum},
    {"value_avg", Type::ValueAverage},
    {"value_percentile", Type::ValuePercentile},
    {"value_median", Type::ValueMedian},
});
constexpr auto kOps = std::to_array<std::pair<std::string_view, Op>>({
    {"lt", Op::Less},
    {"lte", Op::LessOrEqual},
    {"gt", Op::Greater},
    {"gte", Op::GreaterOrEqual},
    {"eq", Op::Equal},
    {"neq", Op::NotEqual},
});
constexpr double kDefaultPercentile = 50;
constexpr std::size_t kMaxMembers = 256;

bool is_temporal(Type type) {
  return type == Type::Temporal || type == Type::TemporalOrdered;
}
bool needs_field(Type type) {
  return !is_temporal(type) && type != Type::EventCount;
}

template <class Table>
auto find_word(const Table& table, std::string_view word) -> std::optional<typename Table::value_type::second_type> {
  const auto found = std::ranges::find(table, word, [](const auto& entry) { return entry.first; });
  if (found == table.end()) return std::nullopt;
  return found->second;
}

class CorrelationParser {
 public:
  CorrelationParser(const YamlNode& body, Correlation& out, Report& report) : body_(body), out_(out), report_(report) {}

  void parse();

 private:
  void read_type();
  void read_members();
  void read_members_of_condition();
  void add_members(const ConditionSyntax& syntax);
  void read_group_by();
  void read_timespan();
  void read_aliases();
  void read_generate();
  void read_condition();
  void read_condition_map(const YamlNode& condition);
  void read_condition_text(const YamlNode& condition);
  void read_percentile(const YamlNode& value);
  std::optional<Correlation::Expression> resolve(const ConditionSyntax& syntax, Span span);
  std::vector<std::string> names(const YamlNode& node, std::string_view what);
  std::optional<std::uint32_t> member_named(std::string_view name) const;
  void check_keys();

  const YamlNode& body_;
  Correlation& out_;
  Report& report_;
};

/// A text, or a list of texts.
std::vector<std::string> CorrelationParser::names(const YamlNode& node, std::string_view what) {
  std::vector<std::string> out;
  if (node.is_scalar() && !node.is_null()) out.push_back(node.text);
  bool fine = !node.is_mapping();
  for (const YamlNode& item : node.items) {
    fine = fine && item.is_scalar() && !item.is_null();
    if (fine) out.push_back(item.text);
  }
  if (!fine) report_.error(node.span, "bad-correlation", "`" + std::string(what) + "` must be a list of names");
  return out;
}

void CorrelationParser::read_type() {
  const YamlNode* type = body_.find("type");
  const auto known = type != nullptr && type->is_scalar() ? find_word(kTypes, type->text) : std::nullopt;
  if (known) {
    out_.type = *known;
  } else {
    report_.error(type != nullptr ? type->span : body_.span, "bad-correlation-type",
                  type == nullptr ? "the correlation has no type" : "'" + type->text + "' is no type of correlation");
  }
}

void CorrelationParser::read_members() {
  const YamlNode* rules = body_.find("rules");
  if (rules == nullptr) {
    read_members_of_condition();
    if (out_.members.empty()) report_.error(body_.span, "no-members", "the correlation names no rules");
    return;
  }
  for (std::string& reference : names(*rules, "rules")) {
    if (member_named(reference))
      report_.error(rules->span, "duplicate-member", "the rule '" + reference + "' is named twice");
    out_.members.push_back({std::move(reference)});
  }
  if (out_.members.empty()) report_.error(rules->span, "no-members", "the correlation names no rules");
  if (out_.members.size() > kMaxMembers) {
    out_.members.resize(kMaxMembers);
    report_.error(rules->span, "too-large", "the correlation names more than 256 rules");
  }
}

/// A temporal correlation may leave `rules` out when its condition names them.
void CorrelationParser::read_members_of_condition() {
  const YamlNode* condition = body_.find("condition");
  if (!is_temporal(out_.type) || condition == nullptr || !condition->is_scalar()) return;
  if (const auto syntax = parse_condition_text(condition->text)) add_members(*syntax);
}

void CorrelationParser::add_members(const ConditionSyntax& syntax) {
  if (syntax.kind == ConditionSyntax::Kind::Name && !member_named(syntax.name) && out_.members.size() < kMaxMembers)
    out_.members.push_back({syntax.name});
  for (const ConditionSyntax& child : syntax.children) add_members(child);
}

std::optional<std::uint32_t> CorrelationParser::member_named(std::string_view name) const {
  const auto found = std::ranges::find(out_.members, name, &Correlation::Member::reference);
  if (found == out_.members.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - out_.members.begin());
}

void CorrelationParser::read_group_by() {
  if (const YamlNode* group = body_.find("group-by"))
    out_.group_by = names(*group, "group-by");
  else
    report_.note(body_.span, "no-group-by", "without `group-by` all events are counted together");
}

void CorrelationParser::read_timespan() {
  const YamlNode* timespan = body_.find("timespan");
  if (timespan == nullptr) timespan = body_.find("timeframe");
  if (timespan == nullptr) {
    report_.error(body_.span, "bad-timespan", "the correlation has no timespan");
  } else if (const auto us = timespan->is_scalar() ? parse_timespan(timespan->text) : std::nullopt) {
    out_.timespan_us = *us;
  } else {
    report_.error(timespan->span, "bad-timespan", "'" + timespan->text + "' is no timespan",
                  "a whole number and one of s, m, h, d");
  }
}

void CorrelationParser::read_aliases() {
  const YamlNode* aliases = body_.find("aliases");
  if (aliases == nullptr || aliases->is_null()) return;
  if (!aliases->is_mapping()) report_.error(aliases->span, "bad-alias", "`aliases` must be a map");
  for (const YamlEntry& entry : aliases->entries) {
    Correlation::Alias alias{entry.key.text, {}};
    if (!entry.value.is_mapping() || entry.value.entries.empty())
      report_.error(entry.value.span, "bad-alias", "an alias must name a field for each rule");
    for (const YamlEntry& field : entry.value.entries) {
      const auto member = member_named(field.key.text);
      if (!member)
        report_.error(field.key.span, "bad-alias", "'" + field.key.text + "' is none of the correlation's rules");
      else if (!field.value.is_scalar() || field.value.is_null())
        report_.error(field.value.span, "bad-alias", "an alias must name a field for each rule");
      else
        alias.field_of_member.emplace_back(*member, field.value.text);
    }
    const auto is_alias = [&](const std::vector<std::string>& list) {
      return std::ranges::find(list, alias.name) != list.end();
    };
    if (!is_alias(out_.group_by) && !is_alias(out_.fields))
      report_.warning(entry.key.span, "unused-alias", "the alias '" + alias.name + "' is not used");
    out_.aliases.push_back(std::move(alias));
  }
}

void CorrelationParser::read_generate() {
  const YamlNode* generate = body_.find("generate");
  if (generate == nullptr) return;
  const auto value = generate->is_scalar() ? parse_boolean(generate->text) : std::nullopt;
  if (value)
    out_.generate = *value;
  else
    report_.error(generate->span, "bad-correlation", "`generate` must be true or false");
}

void CorrelationParser::read_percentile(const YamlNode& value) {
  const auto number = value.is_scalar() ? parse_number(value.text) : std::nullopt;
  if (number && number->value >= 0 && number->value <= 100)
    out_.percentile = number->value;
  else
    report_.error(value.span, "bad-condition", "`percentile` must be a number from 0 to 100");
}

void CorrelationParser::read_condition_map(const YamlNode& condition) {
  for (const YamlEntry& entry : condition.entries) {
    const std::string& key = entry.key.text;
    if (entry.repeated) report_.error(entry.key.span, "duplicate-key", "'" + key + "' stands twice");
    if (key == "field") {
      out_.fields = names(entry.value, "field");
    } else if (key == "percentile") {
      read_percentile(entry.value);
    } else if (const auto op = find_word(kOps, key)) {
      const auto number = entry.value.is_scalar() ? parse_number(entry.value.text) : std::nullopt;
      if (number)
        out_.conditions.push_back({*op, number->value});
      else
        report_.error(entry.value.span, "bad-condition", "`" + key + "` needs a number");
    } else {
      report_.error(entry.key.span, "bad-condition", "'" + key + "' is not known in the condition of a correlation");
    }
  }
}

std::optional<Correlation::Expression> CorrelationParser::resolve(const ConditionSyntax& syntax, Span span) {
  using From = ConditionSyntax::Kind;
  using To = Correlation::Expression::Kind;
  Correlation::Expression out;
  if (syntax.kind == From::Name) {
    const auto member = member_named(syntax.name);
    if (!member) {
      report_.error(span, "unknown-identifier", "'" + syntax.name + "' is none of the correlation's rules");
      return std::nullopt;
    }
    out.member = *member;
    return out;
  }
  if (syntax.kind == From::OneOf || syntax.kind == From::AllOf) {
    out.kind = syntax.kind == From::OneOf ? To::Or : To::And;
    for (std::uint32_t i = 0; i < out_.members.size(); ++i)
      if (syntax.name == "them" || fits_name(syntax.name, out_.members[i].reference))
        out.children.push_back({To::Member, {}, i});
    if (!out.children.empty()) return out;
    report_.error(span, "unknown-identifier", "'" + syntax.name + "' fits none of the correlation's rules");
    return std::nullopt;
  }
  out.kind = syntax.kind == From::Not ? To::Not : syntax.kind == From::And ? To::And : To::Or;
  for (const ConditionSyntax& child : syntax.children) {
    auto resolved = resolve(child, span);
    if (!resolved) return std::nullopt;
    out.children.push_back(*std::move(resolved));
  }
  return out;
}

void CorrelationParser::read_condition_text(const YamlNode& condition) {
  const auto syntax = parse_condition_text(condition.text);
  if (!syntax) {
    report_.error(condition.span, syntax.error().code, syntax.error().message, syntax.error().hint);
    return;
  }
  if (is_temporal(out_.type))
    out_.expression = resolve(*syntax, condition.span);
  else
    report_.error(condition.span, "bad-condition", "only temporal correlations can have a condition in words");
}

void CorrelationParser::read_condition() {
  const YamlNode* condition = body_.find("condition");
  if (condition != nullptr && condition->is_mapping()) {
    read_condition_map(*condition);
  } else if (condition != nullptr && condition->is_scalar() && !condition->is_null()) {
    read_condition_text(*condition);
  } else if (condition != nullptr) {
    report_.error(condition->span, "bad-condition", "the condition of a correlation must be a map or a text");
  }
  const Span span = condition != nullptr ? condition->span : body_.span;
  if (!is_temporal(out_.type) && out_.conditions.empty() && !report_.failed())
    report_.error(span, "no-condition", "the correlation has no condition such as `gte: 10`");
  if (needs_field(out_.type) && out_.fields.empty())
    report_.error(span, "no-field", "this type of correlation needs `field` in its condition");
  if (out_.fields.size() > 1 && out_.type != Type::ValueCount)
    report_.error(span, "no-field", "only value_count can have several fields");
  if (!needs_field(out_.type) && !out_.fields.empty())
    report_.warning(span, "unused-field", "this type of correlation does not look at `field`");
}

void CorrelationParser::check_keys() {
  constexpr auto kKnown = std::to_array<std::string_view>(
      {"type", "rules", "group-by", "timespan", "timeframe", "condition", "aliases", "generate"});
  for (const YamlEntry& entry : body_.entries) {
    if (std::ranges::find(kKnown, entry.key.text) == kKnown.end())
      report_.error(entry.key.span, "unknown-key", "'" + entry.key.text + "' is not known in a correlation");
    if (entry.repeated) report_.error(entry.key.span, "duplicate-key", "'" + entry.key.text + "' stands twice");
  }
}

void CorrelationParser::parse() {
  check_keys();
  out_.percentile = kDefaultPercentile;
  read_type();
  read_members();
  read_group_by();
  read_timespan();
  read_condition();
  read_aliases();
  read_generate();
}

}  // namespace

std::optional<std::int64_t> parse_timespan(std::string_view text) {
  constexpr auto kUnits = std::to_array<std::pair<char, std::int64_t>>(
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}, {'M', 2592000}, {'y', 31536000}});
  if (text.size() < 2) return std::nullopt;
  const std::string_view digits = text.substr(0, text.size() - 1);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const auto unit = std::ranges::find(kUnits, text.back(), &std::pair<char, std::int64_t>::first);
  constexpr std::int64_t kMaxCount = 1'000'000;
  if (error != std::errc() || end != digits.data() + digits.size() || unit == kUnits.end() || count < 1 ||
      count > kMaxCount)
    return std::nullopt;
  return count * unit->second * 1'000'000;
}

std::optional<Correlation> parse_correlation(const YamlNode& document, Metadata meta, Report& report) {
  Correlation out;
  out.meta = std::move(meta);
  const YamlNode* body = document.find("correlation");
  if (body == nullptr || !body->is_mapping()) {
    report.error(document.span, "bad-correlation", "`correlation` must be a map");
    return std::nullopt;
  }
  CorrelationParser(*body, out, report).parse();
  if (const YamlNode* generate = document.find("generate"); generate != nullptr && generate->is_scalar())
    out.generate = out.generate || parse_boolean(generate->text).value_or(false);
  if (report.failed()) return std::nullopt;
  return out;
}

}  // namespace yorozu::sigma
