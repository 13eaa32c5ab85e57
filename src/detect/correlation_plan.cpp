#include "detect/correlation_plan.h"

#include <algorithm>
#include <cmath>

#include "base/hash.h"

namespace yorozu::detect {

namespace {

using sigma::Correlation;
using Expression = Correlation::Expression;

/// Windows keep at most so many matches of one group; event_count keeps as many as its bound needs.
constexpr std::size_t kMaxEntries = std::size_t{1} << 16;
constexpr std::size_t kMaxScannedEntries = 4096;  // where closing a window reads all of them
constexpr double kMaxCounted = 1 << 24;

std::string field_for(const Correlation& rule, std::uint32_t member, const std::string& name) {
  for (const Correlation::Alias& alias : rule.aliases) {
    if (alias.name != name) continue;
    for (const auto& [of_member, field] : alias.field_of_member)
      if (of_member == member) return field;
  }
  return name;
}

std::uint32_t slot_of(std::vector<std::string>& fields, const std::string& field) {
  const auto at = std::find(fields.begin(), fields.end(), field);
  if (at == fields.end()) fields.push_back(field);
  return static_cast<std::uint32_t>(std::distance(fields.begin(), std::find(fields.begin(), fields.end(), field)));
}

/// What a correlation carries on to the next: its group values, under the names of its group-by.
std::uint32_t slot_in_finding(const Correlation& lower, const std::string& field) {
  const auto at = std::find(lower.group_by.begin(), lower.group_by.end(), field);
  return at == lower.group_by.end() ? CorrelationPlan::kNoSlot
                                    : static_cast<std::uint32_t>(at - lower.group_by.begin());
}

void collect_members(const Expression& e, bool negated, std::vector<bool>& positive, bool& has_not) {
  switch (e.kind) {
    case Expression::Kind::Member:
      if (negated) has_not = true;
      if (!negated && e.member < positive.size()) positive[e.member] = true;
      break;
    case Expression::Kind::Not:
      negated = !negated;
      [[fallthrough]];
    case Expression::Kind::And:
    case Expression::Kind::Or:
      for (const Expression& child : e.children) collect_members(child, negated, positive, has_not);
      break;
  }
}

void insert_sorted(std::vector<std::uint32_t>& into, const std::vector<std::uint32_t>& more) {
  into.insert(into.end(), more.begin(), more.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

bool contradicts_itself(const Term& term) {
  return std::any_of(term.present.begin(), term.present.end(), [&](std::uint32_t member) {
    return std::binary_search(term.absent.begin(), term.absent.end(), member);
  });
}

/// Disjunctive normal form, at most kMaxTerms of it.
std::vector<Term> terms_of(const Expression& e, bool negated) {
  using Kind = Expression::Kind;
  if (e.kind == Kind::Member) return {negated ? Term{{}, {e.member}} : Term{{e.member}, {}}};
  if (e.kind == Kind::Not) return terms_of(e.children.at(0), !negated);
  const bool is_and = (e.kind == Kind::And) != negated;
  std::vector<Term> out;
  if (is_and) out.push_back({});
  for (const Expression& child : e.children) {
    std::vector<Term> more = terms_of(child, negated);
    if (is_and) {
      std::vector<Term> product;
      for (const Term& left : out)
        for (const Term& right : more) {
          Term both = left;
          insert_sorted(both.present, right.present);
          insert_sorted(both.absent, right.absent);
          if (!contradicts_itself(both) && product.size() < CorrelationPlan::kMaxTerms)
            product.push_back(std::move(both));
        }
      out = std::move(product);
    } else {
      out.insert(out.end(), more.begin(), more.end());
      if (out.size() > CorrelationPlan::kMaxTerms) out.resize(CorrelationPlan::kMaxTerms);
    }
  }
  return out;
}

Term all_in_order(std::size_t members) {
  Term term;
  for (std::uint32_t i = 0; i < members; ++i) term.present.push_back(i);
  return term;
}

void plan_window(CorrelationPlan& plan) {
  const Correlation& rule = *plan.rule;
  plan.max_entries = kMaxEntries;
  const bool ordered = rule.type == Correlation::Type::TemporalOrdered;
  if (plan.is_temporal() && rule.expression) {
    bool has_not = false;
    plan.starts.assign(rule.members.size(), false);
    collect_members(*rule.expression, false, plan.starts, has_not);
    plan.kind = has_not ? WindowKind::FromEach : WindowKind::Sliding;
    if (has_not) plan.max_entries = kMaxScannedEntries;
    if (ordered) plan.terms = terms_of(*rule.expression, false);
    return;
  }
  if (ordered && rule.conditions.empty()) plan.terms = {all_in_order(rule.members.size())};
  for (const sigma::CorrelationCondition& condition : rule.conditions) {
    using Op = sigma::CorrelationCondition::Op;
    if (condition.op != Op::Greater && condition.op != Op::GreaterOrEqual) plan.kind = WindowKind::Anchored;
    if (plan.is_event_count() && condition.value > 0)
      plan.max_entries =
          std::max(plan.max_entries, static_cast<std::size_t>(std::min(condition.value, kMaxCounted)) + 2);
  }
}

std::uint64_t fingerprint_of(const sigma::RuleSet& rules) {
  std::uint64_t sum = 1;
  for (const Correlation& rule : rules.correlations) {
    std::string text = rule.meta.id + '\n' + rule.text_hash + '\n' + std::to_string(rule.timespan_us) + '\n' +
                       std::to_string(static_cast<int>(rule.type)) + '\n' + std::to_string(rule.members.size());
    for (const std::string& name : rule.group_by) text += '\n' + name;
    for (const Correlation::Member& member : rule.members)
      text +=
          '\n' + (member.is_correlation ? rules.correlations[member.index].meta.id : rules.rules[member.index].meta.id);
    sum = hash64(text, sum);
  }
  return sum;
}

}  // namespace

CorrelationPlans plan_correlations(const sigma::RuleSet& rules) {
  CorrelationPlans out;
  out.fields_of_rule.resize(rules.rules.size());
  out.wanted_by_rule.resize(rules.rules.size());
  out.plans.resize(rules.correlations.size());
  for (std::uint32_t c = 0; c < rules.correlations.size(); ++c) {
    const Correlation& rule = rules.correlations[c];
    CorrelationPlan& plan = out.plans[c];
    plan.rule = &rule;
    plan.index = c;
    for (std::uint32_t m = 0; m < rule.members.size(); ++m) {
      const Correlation::Member& member = rule.members[m];
      CorrelationPlan::Member slots;
      const auto slot = [&](const std::string& name) {
        const std::string field = field_for(rule, m, name);
        return member.is_correlation ? slot_in_finding(rules.correlations[member.index], field)
                                     : slot_of(out.fields_of_rule[member.index], field);
      };
      for (const std::string& name : rule.group_by) slots.group_slots.push_back(slot(name));
      for (const std::string& name : rule.fields) slots.value_slots.push_back(slot(name));
      plan.members.push_back(std::move(slots));
      (member.is_correlation ? out.plans[member.index].wanted_by : out.wanted_by_rule[member.index]).push_back({c, m});
    }
    plan_window(plan);
  }
  out.fingerprint = fingerprint_of(rules);
  return out;
}

bool holds(const sigma::CorrelationCondition& condition, double value) {
  using Op = sigma::CorrelationCondition::Op;
  switch (condition.op) {
    case Op::Less:
      return value < condition.value;
    case Op::LessOrEqual:
      return value <= condition.value;
    case Op::Greater:
      return value > condition.value;
    case Op::GreaterOrEqual:
      return value >= condition.value;
    case Op::Equal:
      return value == condition.value;
    case Op::NotEqual:
      return value != condition.value;
  }
  return false;
}

bool holds(const sigma::Correlation::Expression& expression, const std::vector<bool>& present) {
  const auto child_holds = [&](const Expression& child) { return holds(child, present); };
  switch (expression.kind) {
    case Expression::Kind::Member:
      return expression.member < present.size() && present[expression.member];
    case Expression::Kind::Not:
      return !holds(expression.children.at(0), present);
    case Expression::Kind::And:
      return std::all_of(expression.children.begin(), expression.children.end(), child_holds);
    case Expression::Kind::Or:
      return std::any_of(expression.children.begin(), expression.children.end(), child_holds);
  }
  return false;
}

}  // namespace yorozu::detect
