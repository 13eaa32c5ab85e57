#include <algorithm>
#include <optional>
#include <string>

#include "detect/coverage.h"

namespace yorozu::detect {

namespace {

using Reason = CannotFire::Reason;
using Seen = std::map<const ClassPlan*, std::vector<bool>>;

/// A field that is missing and with which alone the rule could fire; else the first that is missing.
std::string missing_field(const CompiledRules& compiled, const ClassPlan& plan, const ClassRule& rule,
                          std::vector<bool> present) {
  std::vector<std::uint16_t> absent;
  const std::uint32_t first = rule.tests;
  const std::uint32_t count = compiled.first_test[rule.rule + 1] - compiled.first_test[rule.rule];
  for (std::uint32_t i = first; i < first + count * rule.variants; ++i) {
    const std::uint32_t number = plan.node_tests[i];
    if (number == kTrueTest || number == kFalseTest) continue;
    const std::uint16_t field = plan.tests[number].field;
    if (field != kAllValues && !present[field] && std::ranges::find(absent, field) == absent.end())
      absent.push_back(field);
  }
  const auto name = [&](std::uint16_t field) { return std::string(compiled.schema.names.text(plan.fields[field])); };
  for (const std::uint16_t field : absent) {
    present[field] = true;
    if (can_accept(plan, rule.entry, present)) return name(field);
    present[field] = false;
  }
  return absent.empty() ? "" : name(absent.front());
}

const ClassRule* find_rule(const ClassPlan& plan, std::uint32_t rule) {
  const auto at = std::ranges::lower_bound(plan.rules, rule, {}, &ClassRule::rule);
  return at != plan.rules.end() && at->rule == rule ? &*at : nullptr;
}

std::string describe(const event::Logsource& source) {
  std::string out;
  for (const std::string* part : {&source.product, &source.category, &source.service}) {
    if (part->empty()) continue;
    if (!out.empty()) out += "/";
    out += *part;
  }
  return out;
}

class Judge {
 public:
  Judge(const CompiledRules& compiled, const Seen& seen) : compiled_(compiled), seen_(seen) {}

  std::optional<CannotFire> rule(std::uint32_t index) const {
    const sigma::Rule& rule = compiled_.rules.rules[index];
    if (!rule.empty_placeholders.empty())
      return CannotFire{false, index, Reason::EmptyPlaceholder, rule.empty_placeholders.front()};
    if (!compiled_.logsources.is_known(rule.logsource))
      return CannotFire{false, index, Reason::UnknownLogsource, describe(rule.logsource)};
    std::optional<CannotFire> missing;
    bool met = false;
    for (const auto& [plan, present] : seen_) {
      const ClassRule* own = find_rule(*plan, index);
      if (own == nullptr) continue;
      met = true;
      if (can_accept(*plan, own->entry, present)) return std::nullopt;
      if (!missing)
        missing = CannotFire{false, index, Reason::FieldNeverSeen, missing_field(compiled_, *plan, *own, present)};
    }
    if (!met && is_never_true(rule, index)) return CannotFire{false, index, Reason::NeverTrue, ""};
    if (!met) return CannotFire{false, index, Reason::NoSuchEvents, describe(rule.logsource)};
    return missing;
  }

 private:
  /// In every class of events that its logsource leads to, the condition folds to false.
  bool is_never_true(const sigma::Rule& rule, std::uint32_t index) const {
    const auto places = compiled_.logsources.places(rule.logsource);
    for (const auto& place : places) {
      if (place.channel == "*") {  // any channel of the product: there is nothing that its tests could contradict
        const ClassKey key{event::name::kNone, event::kNoEventId, 0, false};
        if (can_be_true(compiled_, index, key, {event::Role{rule.logsource, {}, {}, {}, {}}})) return false;
        continue;
      }
      std::vector<std::uint32_t> ids = place.event_ids;
      if (ids.empty()) ids = own_event_ids(index);
      for (const std::uint32_t id : ids)
        if (is_possible(index, place.channel, id)) return false;
    }
    return !places.empty();
  }

  /// Ids that its own tests name, and any other.
  std::vector<std::uint32_t> own_event_ids(std::uint32_t index) const {
    std::vector<std::uint32_t> out{kOtherEventIds};
    for (std::uint32_t i = compiled_.first_test[index]; i < compiled_.first_test[index + 1]; ++i)
      if (const auto id = named_event_id(compiled_.prepared[compiled_.tests[i].prepared])) out.push_back(*id);
    return out;
  }

  bool is_possible(std::uint32_t index, std::string_view channel, std::uint32_t id) const {
    const bool whole = !channel.ends_with('*');
    if (!whole) channel.remove_suffix(1);
    const ClassKey key{compiled_.schema.names.intern(channel), id, 0, whole};
    auto& roles = roles_[key];
    if (roles.empty()) roles = compiled_.logsources.roles({0, channel, id});
    return can_be_true(compiled_, index, key, roles);
  }

  const CompiledRules& compiled_;
  const Seen& seen_;
  mutable std::map<ClassKey, std::vector<event::Role>> roles_;  // asked for again and again
};

/// The member because of which it cannot fire; nullopt: it can.
std::optional<std::string> dead_member(const sigma::Correlation& correlation, const std::vector<bool>& dead_rules,
                                       const std::vector<bool>& dead_correlations) {
  using Type = sigma::Correlation::Type;
  const bool needs_all = (correlation.type == Type::Temporal || correlation.type == Type::TemporalOrdered) &&
                         !correlation.expression && correlation.conditions.empty();
  std::optional<std::string> first;
  std::size_t dead = 0;
  for (const auto& member : correlation.members) {
    const bool is_dead = member.is_correlation ? dead_correlations[member.index] : dead_rules[member.index];
    if (!is_dead) continue;
    ++dead;
    if (!first) first = member.reference;
  }
  if (needs_all || dead == correlation.members.size()) return first;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(CannotFire::Reason reason) {
  using enum CannotFire::Reason;
  switch (reason) {
    case UnknownLogsource:
      return "unknown-logsource";
    case NoSuchEvents:
      return "no-such-events";
    case FieldNeverSeen:
      return "field-never-seen";
    case EmptyPlaceholder:
      return "empty-placeholder";
    case NeverTrue:
      return "never-true";
    case MemberCannotFire:
      break;
  }
  return "member-cannot-fire";
}

std::vector<CannotFire> cannot_fire(const CompiledRules& compiled, std::span<const Matcher::Coverage* const> coverage) {
  Seen seen;
  for (const Matcher::Coverage* one : coverage)
    for (const auto& [plan, fields] : one->seen) {
      std::vector<bool>& all = seen[plan];
      all.resize(fields.size());
      for (std::size_t i = 0; i < fields.size(); ++i) all[i] = all[i] || fields[i];
    }
  const Judge judge(compiled, seen);
  std::vector<CannotFire> out;
  std::vector<bool> dead_rules(compiled.rules.rules.size()), dead_correlations(compiled.rules.correlations.size());
  for (std::uint32_t i = 0; i < dead_rules.size(); ++i)
    if (auto reason = judge.rule(i)) {
      dead_rules[i] = true;
      out.push_back(*std::move(reason));
    }
  for (std::uint32_t i = 0; i < dead_correlations.size(); ++i)
    if (auto member = dead_member(compiled.rules.correlations[i], dead_rules, dead_correlations)) {
      dead_correlations[i] = true;
      out.push_back({true, i, Reason::MemberCannotFire, *std::move(member)});
    }
  return out;
}

}  // namespace yorozu::detect
