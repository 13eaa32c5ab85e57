/// How a template is written as text: literal pieces, and between them the values of a record. What depends on the
/// record (a null takes its element away, an array repeats it) is settled when the plan is made: there is one plan for
/// each combination of such slots that was met.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "codec/evtx/tree.h"

namespace yorozu::codec::evtx {

enum class TextForm : std::uint8_t { Json, Xml };

/// What a slot holds, as far as it decides the text around it.
enum class SlotClass : std::uint8_t { Value, Null, Array, Nested };

/// Classes of all slots of an instance, two bits each.
struct SlotClasses {
  static constexpr std::uint32_t kMax = 256;  ///< slots beyond it count as plain values
  std::array<std::uint64_t, kMax / 32> bits{};

  void set(std::uint32_t slot, SlotClass value) {
    if (slot < kMax) bits[slot / 32] |= static_cast<std::uint64_t>(value) << (2 * (slot % 32));
  }
  SlotClass of(std::uint32_t slot) const {
    return slot < kMax ? static_cast<SlotClass>(bits[slot / 32] >> (2 * (slot % 32)) & 3U) : SlotClass::Value;
  }
  bool operator==(const SlotClasses&) const = default;
};

/// A literal piece, then what follows it.
struct Piece {
  enum class Then : std::uint8_t {
    Nothing,
    Comma,        ///< JSON: a comma unless the object was just opened
    Value,        ///< JSON: a whole value, quoted when it must be; XML: text
    InString,     ///< JSON: text within a string that is open; XML: text within an attribute
    Nested,       ///< the fragment in the slot
    Repeated,     ///< XML: the element around an array, for each of its elements: `before`, text, `after`
    Members,      ///< JSON: an array as members of one name: "before":v,"before_1":v
    ValueOrNull,  ///< JSON: as Value, but an empty text is null
    TextOrList,   ///< JSON: as Value, but an array of one element is that element
  };
  std::uint32_t offset = 0;  ///< in TextPlan::literals
  std::uint32_t size = 0;
  Then then = Then::Nothing;
  std::uint16_t slot = 0;
  std::uint32_t before_size = 0, after_size = 0;  ///< behind the literal, in this order
};

struct TextPlan {
  std::vector<Piece> pieces;
  std::string literals;  ///< with kPadding bytes behind, so that pieces may be copied in blocks
  static constexpr std::size_t kPadding = 32;
  bool uses_slots_once = false;  ///< so that the size of a record bounds what is written
};

TextPlan make_json_plan(const Tree& tree, const SlotClasses& classes);
TextPlan make_xml_plan(const Tree& tree, const SlotClasses& classes);

/// Collects literals and actions for a plan.
class PlanBuilder {
 public:
  void text(std::string_view literal) { plan_.literals += literal; }
  void then(Piece::Then what, std::uint16_t slot = 0);
  void repeated(Piece::Then what, std::uint16_t slot, std::string_view before, std::string_view after);
  TextPlan finish();

 private:
  TextPlan plan_;
  std::size_t begin_ = 0;
};

inline bool is_slot(const Part& part) {
  return part.kind == PartKind::Slot || part.kind == PartKind::OptionalSlot;
}
/// Whether the element is not written at all: it holds nothing but an optional value that is null.
bool is_left_out(const std::vector<Part>& content, const SlotClasses& classes);

}  // namespace yorozu::codec::evtx
