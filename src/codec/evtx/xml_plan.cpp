// XML as Windows renders events: no declaration, no white space between elements, single quotes.
#include <fmt/core.h>

#include <algorithm>
#include <span>

#include "base/escape.h"
#include "codec/evtx/text_plan.h"

namespace yorozu::codec::evtx {

namespace {

using Then = Piece::Then;

enum class Where { Content, Attribute };

/// Windows leaves quotes in text as they are.
std::string escaped(std::string_view text, Where where) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += where == Where::Attribute ? "&apos;" : "'";
        break;
      default: {
        const bool is_forbidden = static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
        if (is_forbidden)
          out += "\xEF\xBF\xBD";
        else
          out += c;
      }
    }
  }
  return out;
}

class XmlPlanner {
 public:
  XmlPlanner(const Tree& tree, const SlotClasses& classes) : tree_(tree), classes_(classes) {}

  TextPlan run() {
    content(tree_.roots);
    return builder_.finish();
  }

 private:
  void element(const Element& e) {
    if (is_left_out(e.content, classes_)) return;
    const std::string end = "</" + e.name + ">";
    const bool is_array =
        e.content.size() == 1 && is_slot(e.content[0]) && classes_.of(e.content[0].slot) == SlotClass::Array;
    const bool has_slots = std::any_of(e.attributes.begin(), e.attributes.end(), [](const Attribute& attribute) {
      return std::any_of(attribute.content.begin(), attribute.content.end(), is_slot);
    });
    if (is_array && !has_slots) return builder_.repeated(Then::Repeated, e.content[0].slot, constant_start(e), end);
    builder_.text("<" + e.name);
    for (const Attribute& attribute : e.attributes) {
      if (is_left_out(attribute.content, classes_)) continue;
      builder_.text(" " + attribute.name + "='");
      parts(attribute.content, Where::Attribute);
      builder_.text("'");
    }
    if (e.content.empty() && e.has_empty_tag) return builder_.text("/>");
    builder_.text(">");
    content(e.content);
    builder_.text(end);
  }

  static std::string constant_start(const Element& e) {
    std::string out = "<" + e.name;
    for (const Attribute& attribute : e.attributes) {
      out += " " + attribute.name + "='";
      for (const Part& part : attribute.content) out += literal(part, Where::Attribute);
      out += "'";
    }
    return out + ">";
  }

  void content(std::span<const Part> all) { parts(all, Where::Content); }

  void parts(std::span<const Part> all, Where where) {
    for (const Part& part : all) {
      if (part.kind == PartKind::Element)
        element(tree_.elements[part.index]);
      else if (is_slot(part))
        slot(part, where);
      else
        builder_.text(literal(part, where));
    }
  }

  void slot(const Part& part, Where where) {
    switch (classes_.of(part.slot)) {
      case SlotClass::Null:
        return;
      case SlotClass::Nested:
        return builder_.then(Then::Nested, part.slot);
      case SlotClass::Array:
      case SlotClass::Value:
        return builder_.then(where == Where::Content ? Then::Value : Then::InString, part.slot);
    }
  }

  static std::string literal(const Part& part, Where where) {
    switch (part.kind) {
      case PartKind::Cdata:
        return cdata(part.text);
      case PartKind::EntityRef:
        return "&" + part.text + ";";
      case PartKind::ProcessingInstr:
        return "<?" + part.text + "?>";
      case PartKind::Instance:
        return {};
      default:
        return escaped(part.text, where);
    }
  }

  static std::string cdata(std::string_view text) {
    std::string out = "<![CDATA[";
    for (auto end = text.find("]]>"); end != std::string_view::npos; end = text.find("]]>")) {
      out += text.substr(0, end + 2);
      out += "]]><![CDATA[";
      text.remove_prefix(end + 2);
    }
    out += text;
    return out + "]]>";
  }

  const Tree& tree_;
  const SlotClasses& classes_;
  PlanBuilder builder_;
};

}  // namespace

TextPlan make_xml_plan(const Tree& tree, const SlotClasses& classes) {
  return XmlPlanner(tree, classes).run();
}

}  // namespace yorozu::codec::evtx
