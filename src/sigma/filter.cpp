#include "sigma/filter.h"

#include <algorithm>
#include <utility>

#include "sigma/condition.h"
#include "sigma/detection.h"
#include "sigma/metadata.h"

namespace yorozu::sigma {
namespace {

void read_rules(const YamlNode& body, Filter& filter, Report& report) {
  const YamlNode* rules = body.find("rules");
  if (rules == nullptr) {
    report.error(body.span, "no-members", "the filter names no rules", "write `rules: any` for all of the logsource");
    return;
  }
  if (rules->is_scalar() && !rules->is_null()) {
    filter.any = rules->text == "any" || rules->text == "Any" || rules->text == "ANY";
    if (!filter.any) filter.rules.push_back(rules->text);
    return;
  }
  filter.any = rules->is_sequence() && rules->items.empty();
  for (const YamlNode& item : rules->items) {
    if (item.is_scalar() && !item.is_null())
      filter.rules.push_back(item.text);
    else
      report.error(item.span, "no-members", "a rule is named by its id or name");
  }
  if (!filter.any && filter.rules.empty() && !report.failed())
    report.error(rules->span, "no-members", "the filter names no rules");
}

bool has_not(const Node& node) {
  return node.kind == Node::Kind::Not || std::ranges::any_of(node.children, has_not);
}

void join_filter(const Filter& filter, Rule& rule) {
  Node mine = filter.condition;
  mine.label = "filter: " + filter.meta.title;
  std::vector<Node> parts;
  parts.push_back(std::move(rule.condition));
  parts.push_back(std::move(mine));
  const Span span = parts.front().span;
  rule.condition = join(Node::Kind::And, std::move(parts), span);
  for (const std::string& name : filter.empty_placeholders)
    if (std::ranges::find(rule.empty_placeholders, name) == rule.empty_placeholders.end())
      rule.empty_placeholders.push_back(name);
}

bool names(std::string_view reference, const Metadata& meta) {
  if (!meta.name.empty() && reference == meta.name) return true;
  return std::ranges::equal(reference, meta.id,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; });
}

void warn(const Filter& filter, std::string code, std::string message, RuleSet& set) {
  set.diagnostics.push_back({Diagnostic::Severity::Warning,
                             filter.meta.file,
                             filter.meta.span,
                             filter.meta.id,
                             std::move(code),
                             std::move(message),
                             {}});
}

/// The rules that `reference` names and the filter may touch.
std::vector<std::size_t> rules_named(const Filter& filter, const std::string& reference, RuleSet& set) {
  std::vector<std::size_t> out;
  bool found = false;
  for (std::size_t i = 0; i < set.rules.size(); ++i) {
    if (!names(reference, set.rules[i].meta)) continue;
    found = true;
    if (event::covers(filter.logsource, set.rules[i].logsource))
      out.push_back(i);
    else
      warn(filter, "filter-logsource", "the rule '" + reference + "' is of another logsource; it is not filtered", set);
  }
  const auto is_named = [&](const Correlation& correlation) { return names(reference, correlation.meta); };
  if (std::ranges::any_of(set.correlations, is_named))
    warn(filter, "filter-on-correlation", "'" + reference + "' is a correlation; filters apply to its rules only", set);
  else if (!found)
    warn(filter, "unknown-rule", "no rule has the id or name '" + reference + "'", set);
  return out;
}

std::vector<std::size_t> rules_of(const Filter& filter, RuleSet& set) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; filter.any && i < set.rules.size(); ++i)
    if (event::covers(filter.logsource, set.rules[i].logsource)) out.push_back(i);
  for (const std::string& reference : filter.rules)
    std::ranges::copy(rules_named(filter, reference, set), std::back_inserter(out));
  std::ranges::sort(out);  // named twice, joined once
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

std::optional<Filter> parse_filter(const YamlNode& document, Metadata meta, const LoadOptions& options,
                                   Report& report) {
  Filter filter;
  filter.meta = std::move(meta);
  filter.logsource = parse_logsource(document, report);
  const YamlNode* body = document.find("filter");
  if (body == nullptr || !body->is_mapping()) {
    report.error(document.span, "bad-filter", "`filter` must be a map");
    return std::nullopt;
  }
  read_rules(*body, filter, report);
  if (const YamlNode* condition = body->find("condition"); condition != nullptr && condition->is_sequence())
    report.error(condition->span, "bad-condition", "a filter has exactly one condition");
  ModifierContext context{options, report, filter.empty_placeholders};
  auto condition = parse_detection(*body, "rules", context);
  if (!condition || report.failed()) return std::nullopt;
  filter.condition = *std::move(condition);
  if (!has_not(filter.condition))
    report.warning(body->span, "filter-without-not",
                   "the rules will match only what this filter matches, because there is no `not` in its condition",
                   "to exclude events write `not` in front of the selection");
  return filter;
}

void apply_filters(const std::vector<Filter>& filters, RuleSet& set) {
  std::size_t added = 0;
  for (const Filter& filter : filters) {
    const std::vector<std::size_t> rules = rules_of(filter, set);
    const std::size_t more = rules.size() * size_of(filter.condition);
    if (added + more > kMaxFilterNodes) {
      set.diagnostics.push_back({Diagnostic::Severity::Error, filter.meta.file, filter.meta.span, filter.meta.id,
                                 "too-large", "too many tests for too many rules; the filter applies to none",
                                 "name the rules instead of `any`"});
      ++set.failed;
      --set.filters;
      continue;
    }
    added += more;
    for (const std::size_t index : rules) join_filter(filter, set.rules[index]);
  }
}

}  // namespace yorozu::sigma
