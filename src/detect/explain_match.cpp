#include <algorithm>

#include "detect/compiled.h"
#include "sigma/naive.h"

namespace yorozu::detect {

namespace {

Verdict verdict_of(sigma::Evaluation&& evaluation) {
  Verdict out;
  out.node = evaluation.node;
  out.result = evaluation.result;
  out.values = std::move(evaluation.values);
  out.event_field = std::move(evaluation.event_field);
  for (sigma::Evaluation& child : evaluation.children) out.children.push_back(verdict_of(std::move(child)));
  return out;
}

std::string describe(const event::Logsource& source) {
  std::string out;
  const auto add = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!out.empty()) out += ", ";
    out.append(name).append(": ").append(value);
  };
  add("product", source.product);
  add("category", source.category);
  add("service", source.service);
  return out.empty() ? "nothing" : out;
}

}  // namespace

std::vector<std::string> field_values(const CompiledRules& compiled, std::uint32_t rule, std::string_view field,
                                      const event::Event& event, const event::EventBatch& batch) {
  const ClassPlan& plan = compiled.plan_for(key_of(event));
  const auto roles = event::roles_for(compiled.rules.rules[rule].logsource, plan.roles);
  const event::Role* role = roles.empty() ? nullptr : roles.front();
  if (roles.size() > 1) {  // conditions of the roles decide
    const auto holding =
        sigma::roles_of(compiled.rules.rules[rule].logsource, event, batch, compiled.schema, compiled.logsources);
    if (!holding.empty()) {
      std::vector<std::string> out;
      const sigma::EventFields fields(event, batch, compiled.schema.names, &holding.front());
      for (const auto* item : fields.find(field).items) out.push_back(item->text);
      return out;
    }
  }
  std::vector<std::string> out;
  const sigma::EventFields fields(event, batch, compiled.schema.names, role);
  for (const auto* item : fields.find(field).items) out.push_back(item->text);
  return out;
}

Why why(const CompiledRules& compiled, std::uint32_t rule_index, const event::Event& event,
        const event::EventBatch& batch) {
  const sigma::Rule& rule = compiled.rules.rules[rule_index];
  const auto roles = sigma::roles_of(rule.logsource, event, batch, compiled.schema, compiled.logsources);
  Why out;
  out.logsource_matches = !roles.empty();
  out.logsource_detail = "the rule wants " + describe(rule.logsource) + "; the event offers ";
  const std::string_view channel = compiled.schema.names.text(event.channel);
  std::string offers;
  for (const event::Role& role : compiled.logsources.roles({event.logsource, channel, event.event_id})) {
    if (!offers.empty()) offers += " | ";
    offers += describe(role.logsource);
    if (!role.only_field.empty()) offers += " (where " + role.only_field + " says so)";
  }
  out.logsource_detail += offers;
  const sigma::Oracle oracle(rule.condition);
  std::vector<const event::Role*> tried;
  for (const event::Role& role : roles) tried.push_back(&role);
  if (tried.empty()) tried.push_back(nullptr);
  for (const event::Role* role : tried) {
    const sigma::EventFields fields(event, batch, compiled.schema.names, role);
    Verdict verdict = verdict_of(oracle.evaluate(fields));
    const bool decides = verdict.result || role == tried.front();
    if (decides) out.root = std::move(verdict);
    if (out.root.result) break;
  }
  return out;
}

}  // namespace yorozu::detect
