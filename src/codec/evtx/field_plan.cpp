#include "codec/evtx/field_plan.h"

#include <algorithm>

#include "codec/evtx/layout.h"

namespace yorozu::codec::evtx {

namespace {

bool is_slot(const Part& part) {
  return part.kind == PartKind::Slot || part.kind == PartKind::OptionalSlot;
}
bool is_nested(const Part& part) {
  return is_slot(part) && part.slot_type == kBinXmlType;
}
bool is_element(const Part& part) {
  return part.kind == PartKind::Element;
}
bool is_text(const Part& part) {
  return !is_element(part) && !is_nested(part) && part.kind != PartKind::ProcessingInstr &&
         part.kind != PartKind::Instance;
}

std::string literal_text(const Part& part) {
  if (part.kind != PartKind::EntityRef) return part.text;
  const std::string_view known = entity_text(part.text);
  return known.empty() ? "&" + part.text + ";" : std::string(known);
}

class Planner {
 public:
  Planner(const Tree& tree, event::NameTable& names) : tree_(tree), names_(names) {}

  FieldPlan run(Context context) {
    for (const Part& root : tree_.roots) {
      if (is_element(root))
        element(tree_.elements[root.index], context);
      else if (is_nested(root))
        nested(root, context);
      else if (is_text(root))
        value_field("Data", {&root, 1}, Context::Elsewhere);
    }
    return std::move(plan_);
  }

 private:
  void element(const Element& e, Context context) {
    const std::string_view name = local_name(e.name);
    switch (context) {
      case Context::Top:
        return name == "Event" ? children(e, Context::InEvent) : generic(e, Context::Elsewhere);
      case Context::InEvent:
        if (name == "System") return children(e, Context::InSystem);
        if (name == "EventData") {
          attributes(e, name);
          return children(e, Context::InEventData);
        }
        if (name == "RenderingInfo") return rendering_info(e);
        return generic(e, Context::Elsewhere);
      case Context::InEventData:
        if (name == "Data" || name == "ComplexData") return data(e, name);
        return generic(e, Context::Elsewhere);
      case Context::InSystem:
      case Context::Elsewhere:
        return generic(e, context);
    }
  }

  /// Texts that a collector added; all but the message would pass for the fields of System.
  void rendering_info(const Element& e) {
    attributes(e, "RenderingInfo");
    for (const Part& part : e.content) {
      if (!is_element(part)) continue;
      const Element& child = tree_.elements[part.index];
      const std::string_view name = local_name(child.name);
      if (std::any_of(child.content.begin(), child.content.end(), is_element)) {
        generic(child, Context::Elsewhere);
      } else if (!child.content.empty()) {
        value_field(name == "Message" ? "Message" : "RenderingInfo_" + std::string(name), child.content,
                    Context::Elsewhere);
      }
    }
  }

  /// Elements and nested fragments in `e`, and stray text under its name.
  void children(const Element& e, Context inside) {
    for (const Part& part : e.content) {
      if (is_element(part))
        element(tree_.elements[part.index], inside);
      else if (is_nested(part))
        nested(part, inside);
      else if (is_slot(part))  // holds binary XML in some records although it is not declared so
        value_field(local_name(e.name), {&part, 1}, inside);
    }
  }

  void generic(const Element& e, Context context) {
    const std::string_view name = local_name(e.name);
    attributes(e, name);
    const bool has_children = std::any_of(e.content.begin(), e.content.end(),
                                          [](const Part& part) { return is_element(part) || is_nested(part); });
    if (has_children) return mixed(e, name);
    if (!e.content.empty()) return value_field(name, e.content, Context::Elsewhere);
    // <Correlation/> says nothing; <Reason/> among the data of an event says that it is empty.
    if (context == Context::Elsewhere && e.attributes.empty()) literal(name_id(name), "");
  }

  /// Text between child elements becomes a field of its own unless it is blank.
  void mixed(const Element& e, std::string_view name) {
    for (std::size_t i = 0; i < e.content.size();) {
      const Part& part = e.content[i];
      if (is_element(part)) element(tree_.elements[part.index], Context::Elsewhere);
      if (is_nested(part)) nested(part, Context::Elsewhere);
      if (!is_text(part)) {
        ++i;
        continue;
      }
      const std::size_t first = i;
      while (i < e.content.size() && is_text(e.content[i])) ++i;
      const std::span run(e.content.data() + first, i - first);
      const bool says_something = std::any_of(run.begin(), run.end(), [](const Part& p) {
        return is_slot(p) || p.text.find_first_not_of(" \t\r\n") != std::string::npos;
      });
      if (says_something) value_field(name, run, Context::Elsewhere);
    }
  }

  /// <Data Name="X">value</Data>
  void data(const Element& e, std::string_view element_name) {
    const Attribute* named = nullptr;
    for (const Attribute& attribute : e.attributes) {
      if (attribute.name == "Name" && named == nullptr)
        named = &attribute;
      else if (!is_namespace(attribute.name))
        value_field(std::string(element_name) + "_" + std::string(local_name(attribute.name)), attribute.content,
                    Context::Elsewhere);
    }
    const std::size_t first_op = plan_.ops.size();
    const bool is_constant = named == nullptr || std::none_of(named->content.begin(), named->content.end(), is_slot);
    std::string field(element_name);
    if (named != nullptr && is_constant) {
      field.clear();
      for (const Part& part : named->content) field += literal_text(part);
    }
    const bool has_children = std::any_of(e.content.begin(), e.content.end(),
                                          [](const Part& part) { return is_element(part) || is_nested(part); });
    if (has_children)
      mixed(e, field);
    else if (e.content.empty())
      literal(name_id(field), "");
    else
      value_field(field, e.content, Context::Elsewhere);
    if (is_constant) return;
    plan_.has_dynamic_names = true;
    const auto index = static_cast<std::uint32_t>(plan_.dynamic_names.size());
    plan_.dynamic_names.push_back(text_parts(named->content));
    if (first_op < plan_.ops.size()) plan_.ops[first_op].dynamic_name = index;
  }

  void attributes(const Element& e, std::string_view element_name) {
    for (const Attribute& attribute : e.attributes) {
      if (is_namespace(attribute.name)) continue;
      const std::string_view name = local_name(attribute.name);
      const bool is_qualifiers = element_name == "EventID" && name == "Qualifiers";
      value_field(is_qualifiers ? "Qualifiers" : std::string(element_name) + "_" + std::string(name), attribute.content,
                  Context::Elsewhere);
    }
  }

  void nested(const Part& part, Context inside) {
    FieldOp op;
    op.kind = FieldOp::Kind::Nested;
    op.slot = part.slot;
    op.inner = inside;
    op.name = event::name::kData;
    plan_.ops.push_back(op);
  }

  void value_field(std::string_view name, std::span<const Part> content, Context inner) {
    if (content.size() == 1 && is_slot(content[0])) {
      FieldOp op;
      op.slot = content[0].slot;
      op.name = name_id(name);
      op.inner = inner;
      plan_.ops.push_back(op);
      return;
    }
    if (std::none_of(content.begin(), content.end(), is_slot)) {
      std::string text;
      for (const Part& part : content) text += literal_text(part);
      return literal(name_id(name), text);
    }
    FieldOp op;
    op.kind = FieldOp::Kind::Composed;
    op.name = name_id(name);
    op.offset = static_cast<std::uint32_t>(plan_.parts.size());
    for (FieldPlan::TextPart& part : text_parts(content)) plan_.parts.push_back(std::move(part));
    op.size = static_cast<std::uint32_t>(plan_.parts.size()) - op.offset;
    plan_.ops.push_back(op);
  }

  static std::vector<FieldPlan::TextPart> text_parts(std::span<const Part> content) {
    std::vector<FieldPlan::TextPart> out;
    for (const Part& part : content)
      out.push_back(is_slot(part) ? FieldPlan::TextPart{true, part.slot, {}}
                                  : FieldPlan::TextPart{false, 0, literal_text(part)});
    return out;
  }

  void literal(event::NameId name, std::string_view text) {
    FieldOp op;
    op.kind = FieldOp::Kind::Literal;
    op.name = name;
    op.offset = static_cast<std::uint32_t>(plan_.literals.size());
    op.size = static_cast<std::uint32_t>(text.size());
    plan_.literals += text;
    plan_.ops.push_back(op);
  }

  event::NameId name_id(std::string_view name) { return names_.intern(name); }

  const Tree& tree_;
  event::NameTable& names_;
  FieldPlan plan_;
};

}  // namespace

FieldPlan make_field_plan(const Tree& tree, Context context, event::NameTable& names) {
  return Planner(tree, names).run(context);
}

}  // namespace yorozu::codec::evtx
