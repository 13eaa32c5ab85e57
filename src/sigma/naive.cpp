#include "sigma/naive.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"
#include "sigma/cidr.h"
#include "sigma/date_part.h"
#include "sigma/pattern.h"
#include "sigma/regex.h"

namespace yorozu::sigma {
namespace {

using Item = EventFields::Item;
using Field = EventFields::Field;

bool is_numeric(event::ValueType type) {
  using enum event::ValueType;
  return type == JsonNumber || (type >= Int8 && type <= Float64);
}

bool equals(const Number& wanted, const Item& item) {
  if (is_numeric(item.value.type)) return event::to_number(item.value) == wanted.value;
  return item.text == wanted.text;
}

bool compares(const FieldReference& reference, std::string_view left, std::string_view right) {
  switch (reference.how) {
    case FieldReference::How::Equals:
      return left == right;
    case FieldReference::How::Contains:
      return left.find(right) != std::string_view::npos;
    case FieldReference::How::StartsWith:
      return left.starts_with(right);
    case FieldReference::How::EndsWith:
      break;
  }
  return left.ends_with(right);
}

bool refers(const FieldReference& reference, const Field& field, const Field& other) {
  for (const Item* left : field.items)
    for (const Item* right : other.items)
      if (reference.cased ? compares(reference, left->text, right->text)
                          : compares(reference, left->folded, right->folded))
        return true;
  return false;
}

std::string without_blanks(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != ' ') out += c;
  return out;
}

}  // namespace

struct EventFields::Cache {
  std::span<const event::Value> values;
  const event::Shape* shape;
  const event::NameTable* names;
  std::deque<Item> items;                                            // addresses stay
  std::vector<std::optional<std::vector<const Item*>>> of_position;  // made on demand
  std::map<std::string, Field, std::less<>> fields;
  std::optional<std::vector<const Item*>> all;

  const Item* add(const event::Value& value) {
    std::string text = event::to_text(value);
    std::string folded = fold(text);
    return &items.emplace_back(Item{value, std::move(text), std::move(folded)});
  }
  const std::vector<const Item*>& at(std::size_t position) {
    auto& made = of_position[position];
    if (!made) {
      made.emplace();
      if (!values[position].is_null())
        event::for_each_element(values[position], [&](const event::Value& element) {
          if (!element.is_null()) made->push_back(add(element));
        });
    }
    return *made;
  }
};

EventFields::EventFields(const event::Event& event, const event::EventBatch& batch, const event::NameTable& names,
                         const event::Role* role)
    : cache_(std::make_unique<Cache>()), role_(role) {
  cache_->values = batch.values_of(event);
  cache_->shape = event.shape;
  cache_->names = &names;
  cache_->of_position.resize(cache_->values.size());
}

EventFields::~EventFields() = default;

const Field& EventFields::find(std::string_view rule_name) const {
  if (const auto known = cache_->fields.find(rule_name); known != cache_->fields.end()) return known->second;
  Field& field = cache_->fields[std::string(rule_name)];
  field.event_name = rule_name;
  if (role_ != nullptr) {
    for (const auto& [name, text] : role_->constants) {
      if (name != rule_name) continue;
      field.present = field.has_value = true;
      field.items.push_back(cache_->add(event::utf8_value(text)));
      return field;
    }
    for (const auto& [name, event_name] : role_->renames)
      if (name == rule_name) field.event_name = event_name;
  }
  for (std::size_t i = 0; i < cache_->values.size(); ++i) {
    const std::string_view name = cache_->names->text(cache_->shape->names[i]);
    if (name != field.event_name && without_blanks(name) != field.event_name) continue;
    field.present = true;
    field.has_value = field.has_value || !cache_->values[i].is_null();
    const auto& items = cache_->at(i);
    field.items.insert(field.items.end(), items.begin(), items.end());
  }
  return field;
}

const std::vector<const Item*>& EventFields::all() const {
  if (!cache_->all) {
    cache_->all.emplace();
    for (std::size_t i = 0; i < cache_->values.size(); ++i)
      cache_->all->insert(cache_->all->end(), cache_->at(i).begin(), cache_->at(i).end());
  }
  return *cache_->all;
}

/// A pattern with its literals folded, a compiled regex.
struct Oracle::Prepared {
  std::optional<Pattern> pattern;
  std::optional<CompiledRegex> regex;

  bool fits(const Item& item) const { return fits_folded(*pattern, pattern->cased ? item.text : item.folded); }
};

namespace {

std::optional<Pattern> folded_pattern(const Matcher& matcher) {
  const auto* pattern = std::get_if<Pattern>(&matcher);
  if (pattern == nullptr) return std::nullopt;
  Pattern out = *pattern;
  if (!out.cased)
    for (Pattern::Part& part : out.parts) part.text = fold(part.text);
  return out;
}

}  // namespace

Oracle::Oracle(const Node& condition) : condition_(condition) {
  const std::function<void(const Node&)> prepare = [&](const Node& node) {
    if (node.test) {
      Prepared& prepared = prepared_[&node];
      prepared.pattern = folded_pattern(node.test->matcher);
      if (const auto* regex = std::get_if<Regex>(&node.test->matcher))
        if (auto compiled = CompiledRegex::compile(*regex)) prepared.regex = *std::move(compiled);
    }
    for (const Node& child : node.children) prepare(child);
  };
  prepare(condition);
}

Oracle::~Oracle() = default;
Oracle::Oracle(Oracle&&) noexcept = default;

namespace {

/// Tests that look at one value at a time.
struct ItemTest {
  const Item& item;

  bool operator()(const Number& wanted) const { return equals(wanted, item); }
  bool operator()(const Boolean& wanted) const { return item.folded == (wanted.value ? "true" : "false"); }
  bool operator()(const Cidr& network) const { return contains(network, item.text); }
  bool operator()(const Compare& wanted) const {
    const auto number = event::to_number(item.value);
    return number && holds(wanted.op, *number, wanted.value);
  }
  bool operator()(const DatePart& wanted) const {
    const auto time = event::to_time(item.value);
    return time && time->known() && sigma::matches(wanted, *time);
  }
  template <class Other>  // looked at elsewhere
  bool operator()(const Other&) const {
    return false;
  }
};

}  // namespace

bool Oracle::test(const Node& node, const EventFields& fields) const {
  const Test& test = *node.test;
  const Prepared& prepared = prepared_.at(&node);
  const bool keyword = test.field.empty();
  const auto any = [&](auto&& accepts) {
    return std::ranges::any_of(keyword ? fields.all() : fields.find(test.field).items, accepts);
  };
  if (prepared.pattern) return any([&](const Item* item) { return prepared.fits(*item); });
  if (std::holds_alternative<Regex>(test.matcher))
    return prepared.regex && any([&](const Item* item) { return prepared.regex->found_in(item->text); });
  if (const auto* exists = std::get_if<Exists>(&test.matcher)) return fields.find(test.field).present == exists->wanted;
  if (std::holds_alternative<Null>(test.matcher)) return !fields.find(test.field).has_value;
  if (const auto* reference = std::get_if<FieldReference>(&test.matcher))
    return refers(*reference, fields.find(test.field), fields.find(reference->other));
  return any([&](const Item* item) { return std::visit(ItemTest{*item}, test.matcher); });
}

bool Oracle::matches(const Node& node, const EventFields& fields) const {
  const auto holds_for = [&](const Node& child) { return matches(child, fields); };
  switch (node.kind) {
    case Node::Kind::And:
      return std::ranges::all_of(node.children, holds_for);
    case Node::Kind::Or:
      return std::ranges::any_of(node.children, holds_for);
    case Node::Kind::Not:
      return !matches(node.children.front(), fields);
    case Node::Kind::Constant:
      return node.constant;
    case Node::Kind::Test:
      break;
  }
  return test(node, fields);
}

bool Oracle::matches(const EventFields& fields) const {
  return matches(condition_, fields);
}

Evaluation Oracle::evaluate(const Node& node, const EventFields& fields) const {
  Evaluation out;
  out.node = &node;
  out.result = matches(node, fields);
  for (const Node& child : node.children) out.children.push_back(evaluate(child, fields));
  if (!node.test || node.test->field.empty()) return out;
  const Field& field = fields.find(node.test->field);
  for (const Item* item : field.items) out.values.push_back(item->text);
  if (field.event_name != node.test->field) out.event_field = field.event_name;
  return out;
}

Evaluation Oracle::evaluate(const EventFields& fields) const {
  return evaluate(condition_, fields);
}

std::vector<event::Role> roles_of(const Logsource& wanted, const event::Event& event, const event::EventBatch& batch,
                                  const event::Schema& schema, const event::LogsourceMap& map) {
  const std::vector<event::Role> roles = map.roles({event.logsource, schema.names.text(event.channel), event.event_id});
  std::vector<event::Role> out;
  for (const event::Role* role : event::roles_for(wanted, roles)) {
    const EventFields fields(event, batch, schema.names, role);
    const bool holds =
        role->only_field.empty() || std::ranges::any_of(fields.find(role->only_field).items, [&](const Item* item) {
          return std::ranges::any_of(role->only_values,
                                     [&](const std::string& text) { return item->folded == fold(text); });
        });
    if (holds) out.push_back(*role);
  }
  return out;
}

bool matches(const Rule& rule, const event::Event& event, const event::EventBatch& batch, const event::Schema& schema,
             const event::LogsourceMap& map) {
  if (!rule.empty_placeholders.empty()) return false;
  const Oracle oracle(rule.condition);
  return std::ranges::any_of(roles_of(rule.logsource, event, batch, schema, map), [&](const event::Role& role) {
    return oracle.matches(EventFields(event, batch, schema.names, &role));
  });
}

}  // namespace yorozu::sigma
