/// What fields a template makes, in document order: each one a slot, a literal, or several parts put together. Names
/// follow Sigma (event/names.h); README.md has the rules.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/evtx/tree.h"
#include "event/names.h"

namespace yorozu::codec::evtx {

/// Where in an event a fragment stands; decides what its elements are called.
enum class Context : std::uint8_t { Top, InEvent, InSystem, InEventData, Elsewhere };
inline constexpr std::size_t kContexts = 5;

struct FieldOp {
  enum class Kind : std::uint8_t {
    Slot,      ///< value of `slot`; binary XML in it: the fields of that fragment, in `inner`
    Literal,   ///< `offset`, `size` in FieldPlan::literals
    Composed,  ///< parts `offset`..`offset+size` of FieldPlan::parts, joined to one text
    Nested,    ///< no field of its own: the fields of the fragment in `slot`
  };
  Kind kind = Kind::Slot;
  Context inner = Context::Elsewhere;
  std::uint16_t slot = 0;
  event::NameId name = event::name::kNone;
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  /// The name itself is made of parts (`offset` in FieldPlan::dynamic_names); kNoDynamicName: it is not.
  static constexpr std::uint32_t kNoDynamicName = UINT32_MAX;
  std::uint32_t dynamic_name = kNoDynamicName;
};

struct FieldPlan {
  struct TextPart {
    bool is_slot = false;
    std::uint16_t slot = 0;
    std::string text;
  };
  std::uint32_t id = 0;  ///< given by the decoder
  std::vector<FieldOp> ops;
  std::vector<TextPart> parts;
  std::vector<std::vector<TextPart>> dynamic_names;
  std::string literals;
  bool has_dynamic_names = false;

  // Of the decoder: where `literals` lies in the arena of the unit numbered `literals_unit`.
  const std::uint8_t* literals_at = nullptr;
  std::uint64_t literals_unit = 0;
};

FieldPlan make_field_plan(const Tree& tree, Context context, event::NameTable& names);

}  // namespace yorozu::codec::evtx
