/// A piece of binary XML, parsed: elements, attributes and what stands in them, with holes (slots) where a template
/// takes its values from a record. Owns its text, so that it outlives the chunk it was read from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace yorozu::codec::evtx {

enum class PartKind : std::uint8_t {
  Text,             ///< `text`
  Cdata,            ///< `text`
  CharacterRef,     ///< `text`: the character itself
  EntityRef,        ///< `text`: the name (amp, lt, quot ...)
  Slot,             ///< `slot`; null gives nothing
  OptionalSlot,     ///< `slot`; null takes the element or attribute away that it stands in
  Element,          ///< `index` into Tree::elements
  ProcessingInstr,  ///< `text`: target, blank, text
  Instance,         ///< a template instance inside: `index` is its place (bytes from the start of the chunk)
};

struct Part {
  PartKind kind = PartKind::Text;
  std::uint8_t slot_type = 0;  ///< as the template declares it; the record's own type decides
  std::uint16_t slot = 0;
  std::uint32_t index = 0;
  std::string text;  ///< UTF-8
};

struct Attribute {
  std::string name;
  std::vector<Part> content;
};

struct Element {
  std::string name;
  std::vector<Attribute> attributes;
  std::vector<Part> content;
  bool has_empty_tag = false;  ///< written as <X/>, not as <X></X>
};

struct Tree {
  std::vector<Element> elements;
  std::vector<Part> roots;
};

/// `name` without its prefix.
inline std::string_view local_name(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}
/// Declares a namespace, says nothing about the event.
inline bool is_namespace(std::string_view attribute) {
  return attribute == "xmlns" || attribute.starts_with("xmlns:");
}
/// The character that a predefined entity stands for; "" when it is none of the five.
std::string_view entity_text(std::string_view name);

}  // namespace yorozu::codec::evtx
