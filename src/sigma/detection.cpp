#include "sigma/detection.h"

#include <algorithm>
#include <utility>

#include "sigma/condition.h"
#include "sigma/pattern.h"

namespace yorozu::sigma {
namespace {

Node test_node(const std::string& field, Matcher matcher, Span span) {
  Node node;
  node.kind = Node::Kind::Test;
  node.test = Test{field, std::move(matcher)};
  node.span = span;
  return node;
}

/// A keyword is found anywhere in a value. False: that kind of test needs a field.
bool to_keyword(Matcher& matcher) {
  if (const auto* number = std::get_if<Number>(&matcher)) matcher = literal_pattern(Number(*number).text);
  if (const auto* boolean = std::get_if<Boolean>(&matcher))
    matcher = literal_pattern(boolean->value ? "true" : "false");
  if (auto* pattern = std::get_if<Pattern>(&matcher)) {
    add_any_in_front(*pattern);
    add_any_behind(*pattern);
    return true;
  }
  return std::holds_alternative<Regex>(matcher) || std::holds_alternative<Cidr>(matcher);
}

class ItemParser {
 public:
  ItemParser(const FieldKey& key, Span span, ModifierContext& context) : key_(key), span_(span), context_(context) {}

  std::optional<Node> parse(const YamlNode& value);

 private:
  std::optional<Node> parse_value(const YamlNode& value, bool in_list);
  std::optional<Node> fail(Span span, std::string code, std::string message) {
    context_.report.error(span, std::move(code), std::move(message));
    return std::nullopt;
  }

  const FieldKey& key_;
  Span span_;
  ModifierContext& context_;
};

/// The tests of one value, OR-linked.
std::optional<Node> ItemParser::parse_value(const YamlNode& value, bool in_list) {
  if (!value.is_scalar()) return fail(value.span, "bad-value", "a list or map where a single value was expected");
  if (in_list && value.is_null())
    return fail(value.span, "null-in-list", "null inside a list; a test for absence stands alone");
  auto matchers = apply_modifiers(key_, value, context_);
  if (!matchers) return std::nullopt;
  std::vector<Node> tests;
  for (Matcher& matcher : *matchers) {
    if (key_.field.empty() && !to_keyword(matcher))
      return fail(value.span, "needs-field", "this kind of test needs a field");
    tests.push_back(test_node(key_.field, std::move(matcher), value.span));
  }
  return join(Node::Kind::Or, std::move(tests), value.span);
}

std::optional<Node> ItemParser::parse(const YamlNode& value) {
  std::vector<Node> groups;
  if (value.is_sequence() && value.items.empty()) {
    context_.report.warning(value.span, "empty-list", "an empty list is read as null: the field is absent");
    if (key_.field.empty()) return fail(value.span, "needs-field", "an empty list needs a field");
    groups.push_back(test_node(key_.field, Null{}, value.span));
  } else if (value.is_sequence()) {
    for (const YamlNode& item : value.items) {
      auto group = parse_value(item, true);
      if (!group) return std::nullopt;
      groups.push_back(*std::move(group));
    }
  } else {
    auto group = parse_value(value, false);
    if (!group) return std::nullopt;
    groups.push_back(*std::move(group));
  }
  const bool all = key_.has(Modifier::All);
  if (all && groups.size() == 1)
    context_.report.warning(span_, "all-single-value", "`all` with a single value means nothing", "remove `all`");
  Node node = join(all ? Node::Kind::And : Node::Kind::Or, std::move(groups), span_);
  if (!key_.has(Modifier::NotEqual)) return node;
  return negate(std::move(node), span_);
}

std::optional<Node> parse_map(const YamlNode& map, ModifierContext& context) {
  std::vector<Node> items;
  for (const YamlEntry& entry : map.entries) {
    if (entry.repeated)
      context.report.error(entry.key.span, "duplicate-key", "the key '" + entry.key.text + "' stands twice in this map",
                           "join both lists of values, or make two maps of a list");
    const auto key = parse_field_key(entry.key, context.report);
    if (!key) continue;
    if (auto item = ItemParser(*key, entry.key.span, context).parse(entry.value)) items.push_back(*std::move(item));
  }
  if (items.size() != map.entries.size()) return std::nullopt;
  if (items.empty()) {
    context.report.error(map.span, "empty-identifier", "a search identifier without any test");
    return std::nullopt;
  }
  return join(Node::Kind::And, std::move(items), map.span);
}

bool parse_identifiers(const YamlNode& detection, std::string_view skip, ModifierContext& context,
                       std::vector<Identifier>& out) {
  bool fine = true;
  for (const YamlEntry& entry : detection.entries) {
    const std::string& name = entry.key.text;
    if (name == "condition" || name == skip) continue;
    if (entry.repeated) {
      context.report.error(entry.key.span, "duplicate-key", "the identifier '" + name + "' stands twice");
      fine = false;
    } else if (name == "timeframe") {
      context.report.warning(entry.key.span, "timeframe",
                             "`timeframe` belongs to the old aggregations and does nothing", "write a correlation");
    } else if (auto node = parse_identifier(entry.value, context)) {
      node->label = name;
      const std::size_t size = size_of(*node);
      out.push_back({name, *std::move(node), size});
    } else {
      fine = false;
    }
  }
  return fine;
}

}  // namespace

std::size_t size_of(const Node& node) {
  std::size_t size = 1;
  for (const Node& child : node.children) size += size_of(child);
  return size;
}

Node join(Node::Kind kind, std::vector<Node> children, Span span) {
  if (children.size() == 1) return std::move(children.front());
  Node node;
  node.kind = children.empty() ? Node::Kind::Constant : kind;
  node.span = span;
  for (Node& child : children) {
    if (child.kind == kind && child.label.empty() && kind == Node::Kind::Or) {
      std::ranges::move(child.children, std::back_inserter(node.children));
    } else {
      node.children.push_back(std::move(child));
    }
  }
  return node;
}

Node negate(Node child, Span span) {
  Node node;
  node.kind = Node::Kind::Not;
  node.span = span;
  node.children.push_back(std::move(child));
  return node;
}

std::optional<Node> parse_identifier(const YamlNode& definition, ModifierContext& context) {
  if (definition.is_mapping()) return parse_map(definition, context);
  const FieldKey keyword;
  if (definition.is_scalar()) {
    if (!definition.is_null()) return ItemParser(keyword, definition.span, context).parse(definition);
    context.report.error(definition.span, "empty-identifier", "a search identifier without any test");
    return std::nullopt;
  }
  std::vector<Node> parts;
  for (const YamlNode& item : definition.items) {
    auto part =
        item.is_scalar() ? ItemParser(keyword, item.span, context).parse(item) : parse_identifier(item, context);
    if (!part) return std::nullopt;
    parts.push_back(*std::move(part));
  }
  if (parts.empty()) {
    context.report.error(definition.span, "empty-identifier", "a search identifier without any test");
    return std::nullopt;
  }
  return join(Node::Kind::Or, std::move(parts), definition.span);
}

std::optional<Node> parse_detection(const YamlNode& detection, std::string_view skip, ModifierContext& context) {
  if (!detection.is_mapping()) {
    context.report.error(detection.span, "bad-detection", "the detection must be a map");
    return std::nullopt;
  }
  std::vector<Identifier> identifiers;
  const bool fine = parse_identifiers(detection, skip, context, identifiers);
  const YamlNode* condition = detection.find("condition");
  if (condition == nullptr || condition->is_null()) {
    context.report.error(detection.span, "no-condition", "the detection has no condition");
    return std::nullopt;
  }
  if (!fine) return std::nullopt;
  return parse_condition(*condition, identifiers, context.report);
}

}  // namespace yorozu::sigma
