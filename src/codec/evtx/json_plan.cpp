// JSON in the shape of evtx_dump: an element is a member of its parent; with attributes it becomes an object with
// "#attributes" and "#text"; <Data Name="x"> is the member x; a name that occurs again gets _1, _2 ...; unnamed <Data>
// are gathered in one "#text".
#include <algorithm>
#include <map>
#include <span>

#include "base/escape.h"
#include "codec/evtx/text_plan.h"

namespace yorozu::codec::evtx {

namespace {

using Then = Piece::Then;

std::string escaped(std::string_view text) {
  std::string out;
  append_json_escaped(text, out);
  return out;
}

/// Members of one JSON object so far.
struct Members {
  bool some = false;   ///< surely
  bool maybe = false;  ///< a nested fragment, which may turn out empty
  std::map<std::string, int> used = {};
};

const Attribute* name_attribute(const Element& e) {
  if (e.name != "Data") return nullptr;
  for (const Attribute& attribute : e.attributes)
    if (attribute.name == "Name") return &attribute;
  return nullptr;
}

class JsonPlanner {
 public:
  JsonPlanner(const Tree& tree, const SlotClasses& classes) : tree_(tree), classes_(classes) {}

  TextPlan run() {
    Members members;
    members.maybe = true;  // of the object that a nested fragment stands in
    children(tree_.roots, members);
    return builder_.finish();
  }

 private:
  bool is_nested(const Part& part) const { return is_slot(part) && classes_.of(part.slot) == SlotClass::Nested; }
  bool is_text(const Part& part) const {
    return part.kind != PartKind::Element && part.kind != PartKind::ProcessingInstr &&
           part.kind != PartKind::Instance && !is_nested(part);
  }
  bool is_null(const Part& part) const { return is_slot(part) && classes_.of(part.slot) == SlotClass::Null; }
  bool is_unnamed_data(const Element& e) const { return e.name == "Data" && e.attributes.empty(); }

  void separate(Members& members) {
    if (members.some)
      builder_.text(",");
    else if (members.maybe)
      builder_.then(Then::Comma);
    members.some = true;
  }

  void key(std::string name, Members& members) {
    const int repeats = members.used[name]++;
    if (repeats > 0) name += "_" + std::to_string(repeats);
    separate(members);
    builder_.text("\"" + escaped(name) + "\":");
  }

  void children(std::span<const Part> content, Members& members) {
    bool data_done = false;
    for (const Part& part : content) {
      if (is_nested(part)) {
        builder_.then(Then::Nested, part.slot);
        members.maybe = true;
        members.some = false;
      }
      if (part.kind != PartKind::Element) continue;
      const Element& e = tree_.elements[part.index];
      if (is_unnamed_data(e)) {
        if (!data_done) gathered_data(content, members);
        data_done = true;
      } else {
        element(e, members);
      }
    }
  }

  /// All unnamed <Data> of one parent.
  void gathered_data(std::span<const Part> content, Members& members) {
    std::vector<const Element*> found;
    for (const Part& part : content) {
      if (part.kind != PartKind::Element) continue;
      const Element& e = tree_.elements[part.index];
      if (is_unnamed_data(e) && !is_left_out(e.content, classes_)) found.push_back(&e);
    }
    if (found.empty()) return;
    key("Data", members);
    if (found.size() == 1 && found[0]->content.empty()) return builder_.text("null");
    builder_.text("{\"#text\":");
    if (found.size() > 1) builder_.text("[");
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i != 0) builder_.text(",");
      if (found[i]->content.empty())
        builder_.text("\"\"");
      else
        value(found[i]->content, found.size() == 1 ? Then::TextOrList : Then::Value);
    }
    if (found.size() > 1) builder_.text("]");
    builder_.text("}");
  }

  void element(const Element& e, Members& members) {
    if (is_left_out(e.content, classes_)) return;
    if (is_array_of_members(e)) return array_members(e, members);
    std::vector<const Attribute*> shown;
    const Attribute* const name = name_attribute(e);
    if (name == nullptr) {
      key(e.name, members);
      for (const Attribute& attribute : e.attributes)
        if (!is_absent(attribute)) shown.push_back(&attribute);
    } else {
      named_key(*name, members);
    }
    const bool has_children = std::any_of(e.content.begin(), e.content.end(), [this](const Part& part) {
      return is_nested(part) ||
             (part.kind == PartKind::Element && !is_left_out(tree_.elements[part.index].content, classes_));
    });
    const bool has_text = std::any_of(e.content.begin(), e.content.end(), [&](const Part& part) {
      if (!is_text(part)) return false;
      if (is_slot(part)) return !is_null(part) || name != nullptr;
      return !has_children || part.text.find_first_not_of(" \t\r\n") != std::string::npos;
    });
    if (shown.empty() && !has_children) {
      if (!has_text) return builder_.text(name != nullptr ? "\"\"" : "null");
      return value(e.content, name != nullptr ? Then::Value : Then::ValueOrNull);
    }
    builder_.text("{");
    Members inside;
    if (!shown.empty()) attributes(shown, inside);
    if (has_text) {
      key("#text", inside);
      value(e.content, Then::Value);
    }
    if (has_children) children(e.content, inside);
    builder_.text("}");
  }

  /// <X>array</X> stands for as many <X> as the array has elements.
  bool is_array_of_members(const Element& e) const {
    return e.attributes.empty() && e.content.size() == 1 && is_slot(e.content[0]) &&
           classes_.of(e.content[0].slot) == SlotClass::Array;
  }
  void array_members(const Element& e, Members& members) {
    ++members.used[e.name];
    separate(members);
    builder_.repeated(Then::Members, e.content[0].slot, escaped(e.name), "");
  }

  /// An attribute without any value is not there.
  bool is_absent(const Attribute& attribute) const {
    return !attribute.content.empty() && std::all_of(attribute.content.begin(), attribute.content.end(),
                                                     [this](const Part& part) { return is_null(part); });
  }

  void attributes(std::span<const Attribute* const> shown, Members& inside) {
    key("#attributes", inside);
    builder_.text("{");
    Members members;
    for (const Attribute* attribute : shown) {
      key(attribute->name, members);
      value(attribute->content, Then::Value);
    }
    builder_.text("}");
  }

  void named_key(const Attribute& name, Members& members) {
    std::string literal;
    bool is_literal = true;
    for (const Part& part : name.content) {
      is_literal = is_literal && !is_slot(part);
      literal += literal_of(part);
    }
    if (is_literal) return key(literal, members);
    separate(members);
    builder_.text("\"");
    string_content(name.content);
    builder_.text("\":");
  }

  void value(std::span<const Part> content, Then how) {
    std::size_t texts = 0;
    const Part* only = nullptr;
    for (const Part& part : content)
      if (is_text(part)) {
        ++texts;
        only = &part;
      }
    if (texts == 1 && is_slot(*only)) {
      if (is_null(*only)) return builder_.text(how == Then::Value ? "\"\"" : "null");
      return builder_.then(how, only->slot);
    }
    builder_.text("\"");
    string_content(content);
    builder_.text("\"");
  }

  void string_content(std::span<const Part> content) {
    for (const Part& part : content) {
      if (!is_text(part)) continue;
      if (is_slot(part))
        builder_.then(Then::InString, part.slot);
      else
        builder_.text(escaped(literal_of(part)));
    }
  }

  static std::string literal_of(const Part& part) {
    if (is_slot(part)) return {};
    if (part.kind != PartKind::EntityRef) return part.text;
    const std::string_view known = entity_text(part.text);
    return known.empty() ? "&" + part.text + ";" : std::string(known);
  }

  const Tree& tree_;
  const SlotClasses& classes_;
  PlanBuilder builder_;
};

}  // namespace

TextPlan make_json_plan(const Tree& tree, const SlotClasses& classes) {
  return JsonPlanner(tree, classes).run();
}

}  // namespace yorozu::codec::evtx
