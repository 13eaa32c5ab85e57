// A word without field is looked for in every value and in the raw text of line formats; a field's test holds when it
// holds for any value of that field. Values become text, and text becomes normal form, at most once per event and
// value.

#include "query/evaluate.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "query/address.h"
#include "query/field_reader.h"
#include "query/text_match.h"
#include "query/value_order.h"

namespace yorozu::query {

namespace {

/// A range with its bounds read once.
struct ReadRange {
  ReadRange(const Range& range, const TimeZone& zone) : range(range), zone(zone) {
    if (range.low) low = read_value(range.low->text, zone);
    if (range.high) high = read_value(range.high->text, zone);
  }
  bool holds(std::string_view value) const {
    const Reading reading = read_value(value, zone);
    if (range.low) {
      const int c = compare_like(reading, value, low, range.low->text);
      if (c < 0 || (c == 0 && !range.low->inclusive)) return false;
    }
    if (range.high) {
      const int c = compare_like(reading, value, high, range.high->text);
      if (c > 0 || (c == 0 && !range.high->inclusive)) return false;
    }
    return true;
  }

  const Range& range;
  const TimeZone& zone;
  Reading low, high;
};

}  // namespace

struct Evaluator::Impl {
  struct Node {
    const Expression* expression;
    std::vector<Node> children;
    std::unique_ptr<FieldReader> field;
    std::unique_ptr<RE2> regex;
    std::unique_ptr<ReadRange> range;
  };

  Impl(const Expression& e, const event::Schema& s, const TimeZone& z)
      : expression(e), schema(s), zone(z), root(build(expression)) {}

  Node build(const Expression& e) const {
    Node node{&e, {}, nullptr, nullptr, nullptr};
    for (const Expression& child : e.children) node.children.push_back(build(child));
    if (!e.field.empty()) node.field = std::make_unique<FieldReader>(e.field, schema);
    if (!e.test) return node;
    if (const auto* regex = std::get_if<Regex>(&*e.test)) {
      RE2::Options options;
      options.set_log_errors(false);
      options.set_max_mem(8 << 20);
      node.regex = std::make_unique<RE2>(regex->pattern, options);
    } else if (const auto* range = std::get_if<Range>(&*e.test)) {
      node.range = std::make_unique<ReadRange>(*range, zone);
    }
    return node;
  }

  bool holds(Node& node) {
    switch (node.expression->kind) {
      case Expression::Kind::All:
        return true;
      case Expression::Kind::And:
        return std::ranges::all_of(node.children, [&](Node& n) { return holds(n); });
      case Expression::Kind::Or:
        return std::ranges::any_of(node.children, [&](Node& n) { return holds(n); });
      case Expression::Kind::Not:
        return !holds(node.children.front());
      case Expression::Kind::Test:
        return node.field ? field_holds(node) : anywhere(node);
    }
    YOROZU_ASSERT(false, "every kind is above");
  }

  bool anywhere(Node& node) {
    const auto& text = std::get<Text>(*node.expression->test);
    if (event->line != 0 && found_in(text, normal_raw())) return true;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!values[i].is_null() && found_in(text, normal(i))) return true;
    return false;
  }

  bool field_holds(Node& node) {
    if (fact_holds(node)) return true;
    return std::ranges::any_of(node.field->positions(*event->shape),
                               [&](std::uint16_t at) { return !values[at].is_null() && value_holds(node, at); });
  }

  bool fact_holds(const Node& node) {
    if (node.field->fact() == FieldReader::Fact::None) return false;
    fact.clear();
    node.field->append_fact({*event, *batch, *context}, fact);
    if (fact.empty()) return false;
    if (text_holds(node, fact)) return true;
    if (node.field->fact() != FieldReader::Fact::Logsource) return false;
    for (std::string_view rest = fact; !rest.empty();) {  // each part of product/category/service
      const std::size_t slash = rest.find('/');
      if (text_holds(node, rest.substr(0, slash))) return true;
      rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    }
    return false;
  }

  bool value_holds(const Node& node, std::size_t i) {
    const Test& test = *node.expression->test;
    if (std::holds_alternative<Present>(test)) return true;
    if (const auto* text = std::get_if<Text>(&test); text != nullptr && !values[i].is_array)
      return equals(*text, normal(i));
    bool out = false;
    event::for_each_element(
        values[i], [&](const event::Value& element) { out = out || text_holds(node, event::to_text(element)); });
    return out;
  }

  bool text_holds(const Node& node, std::string_view value) const {
    const Test& test = *node.expression->test;
    if (std::holds_alternative<Present>(test)) return true;
    if (node.regex) return RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), *node.regex);
    if (const auto* network = std::get_if<Network>(&test)) {
      const auto address = parse_address(value);
      return address && contains(*network, *address);
    }
    if (node.range) return node.range->holds(normal_form(value));
    return equals(std::get<Text>(test), normal_form(value));
  }

  /// Normal form of a value, once per event.
  const std::string& normal(std::size_t i) {
    if (!normal_known[i]) {
      normals[i] = normal_form(event::to_text(values[i]));
      normal_known[i] = true;
    }
    return normals[i];
  }
  const std::string& normal_raw() {
    if (!raw_known) {
      raw = normal_text(event->raw);
      raw_known = true;
    }
    return raw;
  }

  void start(const event::Event& e, const event::EventBatch& b, const EventContext& c) {
    event = &e;
    batch = &b;
    context = &c;
    values = b.values_of(e);
    if (normals.size() < values.size()) normals.resize(values.size());
    normal_known.assign(values.size(), false);
    raw_known = false;
  }

  void collect(Node& node, bool positive, std::vector<Hit>& out) {
    if (node.expression->kind == Expression::Kind::Not) return collect(node.children.front(), !positive, out);
    for (Node& child : node.children) collect(child, positive, out);
    if (!positive || node.expression->kind != Expression::Kind::Test) return;
    const auto* text = std::get_if<Text>(&*node.expression->test);
    if (text == nullptr) return;
    const auto mark = [&](std::size_t i, const std::string& found) {
      out.push_back({schema.names.text(event->shape->names[i]), found});
    };
    if (node.field) {
      for (const std::uint16_t i : node.field->positions(*event->shape))
        if (!values[i].is_null() && value_holds(node, i)) mark(i, normal(i));
      return;
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!values[i].is_null() && found_in(*text, normal(i))) mark(i, text->literal);
    if (event->line != 0 && found_in(*text, normal_raw())) out.push_back({{}, text->literal});
  }

  const Expression expression;
  const event::Schema& schema;
  const TimeZone zone;
  Node root;
  const event::Event* event = nullptr;
  const event::EventBatch* batch = nullptr;
  const EventContext* context = nullptr;
  std::span<const event::Value> values;
  std::vector<std::string> normals;
  std::vector<bool> normal_known;
  std::string raw, fact;
  bool raw_known = false;
};

Evaluator::Evaluator(const Expression& expression, const event::Schema& schema, const TimeZone& zone)
    : impl_(std::make_unique<Impl>(expression, schema, zone)) {}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

bool Evaluator::matches(const event::Event& event, const event::EventBatch& batch, const EventContext& context) {
  impl_->start(event, batch, context);
  return impl_->holds(impl_->root);
}

std::vector<Hit> Evaluator::hits(const event::Event& event, const event::EventBatch& batch) {
  const EventContext none;
  impl_->start(event, batch, none);
  std::vector<Hit> out;
  impl_->collect(impl_->root, true, out);
  return out;
}

std::string normal_text(std::string_view raw) {
  if (is_valid_utf8(raw)) return normal_form(raw);
  return normal_form(decode_text(as_bytes(raw), detect_charset(as_bytes(raw))));
}

}  // namespace yorozu::query
