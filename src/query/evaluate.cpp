// A word without field is looked for in every value and in the raw text of line formats; a field's test holds when it
// holds for any value of that field. Values become text, and text becomes normal form, at most once per event and
// value.

#include "query/evaluate.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/assert.h"
#include "base/text.h"
#include "event/taxonomy.h"
#include "query/address.h"
#include "query/text_match.h"

namespace yorozu::query {

namespace {

enum class Special : std::uint8_t { None, Time, Host, Channel, RecordId, Line, EventId, Raw };

Special special_of(std::string_view folded) {
  static const std::map<std::string_view, Special> kNames = {{"time", Special::Time},
                                                             {"@timestamp", Special::Time},
                                                             {"host", Special::Host},
                                                             {"host.name", Special::Host},
                                                             {"channel", Special::Channel},
                                                             {"winlog.channel", Special::Channel},
                                                             {"record_id", Special::RecordId},
                                                             {"winlog.record_id", Special::RecordId},
                                                             {"line", Special::Line},
                                                             {"event_id", Special::EventId},
                                                             {"event.code", Special::EventId},
                                                             {"winlog.event_id", Special::EventId},
                                                             {"raw", Special::Raw},
                                                             {"event.original", Special::Raw}};
  const auto found = kNames.find(folded);
  return found == kNames.end() ? Special::None : found->second;
}

std::string without_blanks(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != ' '; });
  return out;
}

/// One field as the query names it: which names of events answer to it, found once per name.
struct FieldNames {
  Special special = Special::None;
  std::vector<std::string> wanted;  // folded: the name itself and its originals by ECS
  std::unordered_map<event::NameId, bool> known;

  explicit FieldNames(std::string_view name) {
    wanted.push_back(fold(name));
    special = special_of(wanted.front());
    for (const event::FieldPair& pair : event::originals_of(wanted.front())) wanted.push_back(fold(pair.original));
  }
  bool answers(event::NameId id, const event::NameTable& names) {
    const auto [it, fresh] = known.try_emplace(id, false);
    if (fresh) {
      const std::string folded = fold(names.text(id));
      it->second =
          std::ranges::any_of(wanted, [&](const std::string& w) { return w == folded || w == without_blanks(folded); });
    }
    return it->second;
  }
};

/// -1, 0, 1, or nullopt when both are not of one kind: numbers, addresses, times; else text.
int compare_values(std::string_view a, std::string_view b) {
  const auto number = [](std::string_view text) { return event::to_number(event::utf8_value(text)); };
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : (y < x ? 1 : 0); };
  const auto na = number(a), nb = number(b);
  if (na && nb) return order(*na, *nb);
  const auto aa = parse_address(a), ab = parse_address(b);
  if (aa && ab) return order(*aa, *ab);
  const auto ta = parse_time(a), tb = parse_time(b);
  if (ta && tb) return order(ta->us, tb->us);
  return order(a, b);
}

bool in_range(const Range& range, std::string_view value) {
  if (range.low) {
    const int c = compare_values(value, range.low->text);
    if (c < 0 || (c == 0 && !range.low->inclusive)) return false;
  }
  if (range.high) {
    const int c = compare_values(value, range.high->text);
    if (c > 0 || (c == 0 && !range.high->inclusive)) return false;
  }
  return true;
}

}  // namespace

struct Evaluator::Impl {
  struct Node {
    const Expression* expression;
    std::vector<Node> children;
    std::unique_ptr<FieldNames> field;
    std::unique_ptr<RE2> regex;
  };

  Impl(const Expression& e, const event::Schema& s) : expression(e), schema(s), root(build(expression)) {}

  static Node build(const Expression& e) {
    Node node{&e, {}, nullptr, nullptr};
    for (const Expression& child : e.children) node.children.push_back(build(child));
    if (!e.field.empty()) node.field = std::make_unique<FieldNames>(e.field);
    if (e.test)
      if (const auto* regex = std::get_if<Regex>(&*e.test)) {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(8 << 20);
        node.regex = std::make_unique<RE2>(regex->pattern, options);
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
    if (node.field->special != Special::None) {
      const std::string text = special_text(node.field->special);
      if (!text.empty() && text_holds(node, text)) return true;
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      if (node.field->answers(event->shape->names[i], schema.names) && !values[i].is_null() && value_holds(node, i))
        return true;
    return false;
  }

  bool value_holds(Node& node, std::size_t i) {
    if (std::holds_alternative<Present>(*node.expression->test)) return true;
    bool out = false;
    event::for_each_element(
        values[i], [&](const event::Value& element) { out = out || text_holds(node, event::to_text(element)); });
    return out;
  }

  bool text_holds(Node& node, const std::string& value) {
    const Test& test = *node.expression->test;
    if (std::holds_alternative<Present>(test)) return true;
    if (node.regex) return RE2::PartialMatch(value, *node.regex);
    if (const auto* network = std::get_if<Network>(&test)) {
      const auto address = parse_address(value);
      return address && contains(*network, *address);
    }
    if (const auto* range = std::get_if<Range>(&test)) return in_range(*range, normal_form(value));
    return equals(std::get<Text>(test), normal_form(value));
  }

  std::string special_text(Special special) const {
    switch (special) {
      case Special::Time:
        return event->time.known() ? format_rfc3339(event->time) : "";
      case Special::Host:
        return batch->host_of(*event);
      case Special::Channel:
        return std::string(schema.names.text(event->channel));
      case Special::RecordId:
        return event->record_id == event::kNoRecordId ? "" : std::to_string(event->record_id);
      case Special::Line:
        return event->line == 0 ? "" : std::to_string(event->line);
      case Special::EventId:
        return event->event_id == event::kNoEventId ? "" : std::to_string(event->event_id);
      case Special::Raw:
        return event->line == 0 ? "" : std::string(event->raw);
      case Special::None:
        break;
    }
    return {};
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
      raw = normal_form(is_valid_utf8(event->raw) ? std::string(event->raw) : repair_utf8(event->raw));
      raw_known = true;
    }
    return raw;
  }

  void start(const event::Event& e, const event::EventBatch& b) {
    event = &e;
    batch = &b;
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
    for (std::size_t i = 0; i < values.size(); ++i) {
      const event::NameId id = event->shape->names[i];
      if (values[i].is_null() || (node.field && !node.field->answers(id, schema.names))) continue;
      if (node.field ? value_holds(node, i) : found_in(*text, normal(i)))
        out.push_back({schema.names.text(id), node.field ? normal(i) : text->literal});
    }
    if (!node.field && event->line != 0 && found_in(*text, normal_raw())) out.push_back({{}, text->literal});
  }

  const Expression expression;
  const event::Schema& schema;
  Node root;
  const event::Event* event = nullptr;
  const event::EventBatch* batch = nullptr;
  std::span<const event::Value> values;
  std::vector<std::string> normals;
  std::vector<bool> normal_known;
  std::string raw;
  bool raw_known = false;
};

Evaluator::Evaluator(const Expression& expression, const event::Schema& schema)
    : impl_(std::make_unique<Impl>(expression, schema)) {}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

bool Evaluator::matches(const event::Event& event, const event::EventBatch& batch) {
  impl_->start(event, batch);
  return impl_->holds(impl_->root);
}

std::vector<Hit> Evaluator::hits(const event::Event& event, const event::EventBatch& batch) {
  impl_->start(event, batch);
  std::vector<Hit> out;
  impl_->collect(impl_->root, true, out);
  return out;
}

}  // namespace yorozu::query
