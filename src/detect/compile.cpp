#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "detect/compiled.h"

namespace yorozu::detect {

namespace {

/// The same text for matchers that mean the same; what identifies a Prepared.
class Identity {
 public:
  explicit Identity(const sigma::Test& test) {
    text = test.field.empty() ? "k" : "f";
    text += static_cast<char>('0' + test.matcher.index());
    std::visit([this](const auto& matcher) { (*this)(matcher); }, test.matcher);
  }
  std::string text;

  void operator()(const sigma::Pattern& pattern) {
    small(pattern.cased);
    for (const auto& part : pattern.parts) {
      small(static_cast<int>(part.kind));
      add(part.text);
    }
  }
  void operator()(const sigma::Number& number) {
    bits(number.value);
    add(number.text);
  }
  void operator()(const sigma::Boolean& boolean) { small(boolean.value); }
  void operator()(const sigma::Null&) {}
  void operator()(const sigma::Exists& exists) { small(exists.wanted); }
  void operator()(const sigma::Regex& regex) {
    add(regex.pattern);
    small(regex.ignore_case);
    small(regex.multi_line);
    small(regex.dot_all);
  }
  void operator()(const sigma::Cidr& cidr) {
    add({reinterpret_cast<const char*>(cidr.network.data()), cidr.network.size()});
    small(cidr.prefix);
    small(cidr.v6);
  }
  void operator()(const sigma::Compare& compare) {
    small(static_cast<int>(compare.op));
    bits(compare.value);
  }
  void operator()(const sigma::DatePart& part) {
    small(static_cast<int>(part.part));
    small(part.op ? static_cast<int>(*part.op) : 9);
    bits(part.value);
  }
  void operator()(const sigma::FieldReference& reference) {
    add(reference.other);
    small(static_cast<int>(reference.how));
    small(reference.cased);
  }

 private:
  void add(std::string_view part) {
    const auto size = static_cast<std::uint32_t>(part.size());
    text.append(reinterpret_cast<const char*>(&size), sizeof size).append(part);
  }
  void bits(double value) { text.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void small(int value) { text.push_back(static_cast<char>(value)); }
};

template <class F>
void for_each_test(const sigma::Node& node, F&& each) {
  if (node.kind == sigma::Node::Kind::Test) each(*node.test);
  for (const sigma::Node& child : node.children) for_each_test(child, each);
}

std::string text_of(const std::vector<event::Role>& roles) {
  std::string out;
  const auto add = [&out](std::string_view part) { out.append(part).push_back('\0'); };
  for (const event::Role& role : roles) {
    for (const auto& text : {role.logsource.product, role.logsource.category, role.logsource.service, role.only_field})
      add(text);
    for (const auto& text : role.only_values) add(text);
    for (const auto* pairs : {&role.renames, &role.constants}) {
      out.push_back('\1');
      for (const auto& [a, b] : *pairs) {
        add(a);
        add(b);
      }
    }
    out.push_back('\2');
  }
  return out;
}

}  // namespace

CompiledRules::CompiledRules(sigma::RuleSet set, event::Schema& schema_, const event::LogsourceMap& map)
    : rules(std::move(set)), schema(schema_), logsources(map) {
  prepare_tests();
}

void CompiledRules::prepare_tests() {
  std::size_t count = 0;
  for (const sigma::Rule& rule : rules.rules) for_each_test(rule.condition, [&count](const sigma::Test&) { ++count; });
  tests.reserve(count);
  prepared.reserve(count);  // fewer are different; room that is not touched costs nothing, moving them does
  std::unordered_map<std::string, std::uint32_t> known;
  known.reserve(count);
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> group_of;
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    const sigma::Rule& rule = rules.rules[i];
    const event::Logsource& source = rule.logsource;
    const auto [at, is_new] =
        group_of.try_emplace(std::tuple(source.product, source.category, source.service), groups.size());
    if (is_new) groups.push_back({source, {}, {}});
    Group& group = groups[at->second];
    group.rules.push_back(i);
    first_test.push_back(static_cast<std::uint32_t>(tests.size()));
    for_each_test(rule.condition, [&](const sigma::Test& test) {
      const auto [slot, fresh] = known.try_emplace(Identity(test).text, static_cast<std::uint32_t>(prepared.size()));
      if (fresh) prepared.push_back(prepare(test));
      tests.push_back({&test, slot->second});
      if (const auto id = named_event_id(prepared[slot->second]); id && !test.field.empty()) {
        event_ids.insert(*id);
        if (test.field == "EventID") group.event_ids.insert(*id);
      }
    });
  }
  first_test.push_back(static_cast<std::uint32_t>(tests.size()));
}

CompiledRules::Target CompiledRules::target_of(const ClassKey& key) const {
  const std::string_view channel = schema.names.text(key.channel);
  Target out{key, logsources.roles({key.logsource, channel, key.event_id})};
  if (!key.constants || event_ids.contains(key.event_id)) return out;
  auto others = logsources.roles({key.logsource, channel, kOtherEventIds});
  if (text_of(others) == text_of(out.roles)) out.key.event_id = kOtherEventIds;
  return out;
}

const ClassPlan& CompiledRules::plan_for(const ClassKey& key) const {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = shortcuts_.find(key); found != shortcuts_.end()) return *found->second;
  }
  Target target = target_of(key);
  std::string by_roles;
  {
    const std::unique_lock lock(mutex_);
    if (plans_.size() >= kMaxPlans) target.key.constants = false;
    if (!target.key.constants) by_roles = text_of(target.roles);
    const ClassPlan* known = nullptr;
    if (target.key.constants) {
      if (const auto found = plans_.find(target.key); found != plans_.end()) known = found->second.get();
    } else if (const auto found = plans_by_roles_.find(by_roles); found != plans_by_roles_.end()) {
      known = found->second.get();
    }
    if (known != nullptr) {
      if (shortcuts_.size() >= 16 * kMaxPlans) shortcuts_.clear();
      return *shortcuts_.try_emplace(key, known).first->second;
    }
  }
  std::shared_ptr<const ClassPlan> made = build_plan(*this, target.key, target.roles);
  const std::unique_lock lock(mutex_);
  const ClassPlan* plan = target.key.constants ? plans_.try_emplace(target.key, made).first->second.get()
                                               : plans_by_roles_.try_emplace(by_roles, made).first->second.get();
  return *shortcuts_.try_emplace(key, plan).first->second;
}

Result<void> CompiledRules::plan_ahead(unsigned threads) {
  std::set<ClassKey> wanted;
  for (const Group& group : groups) {
    for (const auto& place : logsources.places(group.logsource)) {
      if (place.channel.empty() || place.channel.ends_with('*')) continue;
      ClassKey key{schema.names.intern(place.channel), kOtherEventIds, 0, true};
      const auto windows = logsources.id_of("windows", "", "");
      key.logsource = windows.value_or(0);
      for (const std::uint32_t id : place.event_ids) wanted.insert({key.channel, id, key.logsource, true});
      if (!place.event_ids.empty()) continue;
      wanted.insert(key);
      for (const std::uint32_t id : group.event_ids) wanted.insert({key.channel, id, key.logsource, true});
    }
    const event::Logsource& source = group.logsource;
    if (const auto id = logsources.id_of(source.product, source.category, source.service); id && *id != 0)
      wanted.insert({event::name::kNone, event::kNoEventId, *id, false});
  }
  const std::vector<ClassKey> keys(wanted.begin(), wanted.end());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < keys.size(); i = next++) plan_for(keys[i]);
  };
  std::vector<std::jthread> helpers;
  for (unsigned i = 1; i < threads; ++i) helpers.emplace_back(work);
  work();
  return {};
}

ClassKey key_of(const event::Event& event) {
  const bool constants =
      event.channel != event::name::kNone && event.channel != event::name::kOverflow && event.event_id < kOtherEventIds;
  return {event.channel, event.event_id, event.logsource, constants};
}

Result<std::shared_ptr<const CompiledRules>> compile(sigma::RuleSet rules, event::Schema& schema,
                                                     const event::LogsourceMap& logsources,
                                                     const CompileOptions& options) {
  if (auto usable = check_scanner(); !usable) return std::unexpected(usable.error());
  auto out = std::make_shared<CompiledRules>(std::move(rules), schema, logsources);
  if (auto planned = out->plan_ahead(options.threads); !planned) return std::unexpected(planned.error());
  return out;
}

const sigma::RuleSet& rules_of(const CompiledRules& compiled) {
  return compiled.rules;
}

}  // namespace yorozu::detect
