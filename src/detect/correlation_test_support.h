/// Rule sets and streams of matches for the tests of correlations, without YAML.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "detect/correlation.h"

namespace yorozu::detect::testing {

using sigma::Correlation;
using Op = sigma::CorrelationCondition::Op;
using Type = Correlation::Type;
using Expression = Correlation::Expression;

constexpr std::int64_t kSecond = 1000000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr Timestamp at(std::int64_t seconds) {
  return {1'700'000'000 * kSecond + seconds * kSecond};
}

/// `names`: the base rules.
inline sigma::RuleSet rules_named(const std::vector<std::string>& names) {
  sigma::RuleSet set;
  for (const std::string& name : names) {
    sigma::Rule rule;
    rule.meta.id = rule.meta.name = name;
    set.rules.push_back(std::move(rule));
  }
  return set;
}

/// Adds a correlation over rules or earlier correlations, by name.
inline Correlation& correlate(sigma::RuleSet& set, const std::string& name, Type type,
                              const std::vector<std::string>& members, std::int64_t timespan_us,
                              std::vector<sigma::CorrelationCondition> conditions = {},
                              std::vector<std::string> group_by = {"User"}) {
  Correlation out;
  out.meta.id = out.meta.name = name;
  out.type = type;
  out.timespan_us = timespan_us;
  out.conditions = std::move(conditions);
  out.group_by = std::move(group_by);
  for (const std::string& member : members) {
    for (std::uint32_t i = 0; i < set.rules.size(); ++i)
      if (set.rules[i].meta.id == member) out.members.push_back({member, false, i});
    for (std::uint32_t i = 0; i < set.correlations.size(); ++i)
      if (set.correlations[i].meta.id == member) out.members.push_back({member, true, i});
  }
  set.correlations.push_back(std::move(out));
  return set.correlations.back();
}

inline Expression member(std::uint32_t index) {
  return {Expression::Kind::Member, {}, index};
}
inline Expression both(Expression a, Expression b) {
  return {Expression::Kind::And, {std::move(a), std::move(b)}, 0};
}
inline Expression either(Expression a, Expression b) {
  return {Expression::Kind::Or, {std::move(a), std::move(b)}, 0};
}
inline Expression negated(Expression a) {
  return {Expression::Kind::Not, {std::move(a)}, 0};
}

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A correlator with its findings; fields are given by name.
class Stream {
 public:
  explicit Stream(const sigma::RuleSet& set, CorrelatorOptions options = {}) : set_(set), correlator(set, options) {}

  void match(const std::string& rule, Timestamp time, const Fields& fields) {
    match(rule, time, fields, {0, next_order_, next_order_});
    ++next_order_;
  }
  void match(const std::string& rule, Timestamp time, const Fields& fields, EventReference reference) {
    for (std::uint32_t i = 0; i < set_.rules.size(); ++i)
      if (set_.rules[i].meta.id == rule) correlator.push(make(i, time, fields, reference), sink());
  }
  RuleMatch make(std::uint32_t rule, Timestamp time, const Fields& fields, EventReference reference) const {
    RuleMatch match{rule, time, reference, {}};
    for (const std::string& name : correlator.fields_of(rule)) {
      const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
      match.values.push_back(found == fields.end() ? std::nullopt : std::optional(found->second));
    }
    return match;
  }
  void finish() { correlator.finish(sink()); }
  Correlator::Sink sink() {
    return [this](CorrelationFinding&& finding) { findings.push_back(std::move(finding)); };
  }

 private:
  const sigma::RuleSet& set_;
  std::uint64_t next_order_ = 1;

 public:
  Correlator correlator;
  std::vector<CorrelationFinding> findings;
};

}  // namespace yorozu::detect::testing
