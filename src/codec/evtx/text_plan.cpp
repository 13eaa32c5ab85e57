#include "codec/evtx/text_plan.h"

#include <set>

namespace yorozu::codec::evtx {

void PlanBuilder::then(Piece::Then what, std::uint16_t slot) {
  Piece piece;
  piece.offset = static_cast<std::uint32_t>(begin_);
  piece.size = static_cast<std::uint32_t>(plan_.literals.size() - begin_);
  piece.then = what;
  piece.slot = slot;
  plan_.pieces.push_back(piece);
  begin_ = plan_.literals.size();
}

void PlanBuilder::repeated(Piece::Then what, std::uint16_t slot, std::string_view before, std::string_view after) {
  then(what, slot);
  plan_.pieces.back().before_size = static_cast<std::uint32_t>(before.size());
  plan_.pieces.back().after_size = static_cast<std::uint32_t>(after.size());
  plan_.literals += before;
  plan_.literals += after;
  begin_ = plan_.literals.size();
}

TextPlan PlanBuilder::finish() {
  if (plan_.literals.size() > begin_) then(Piece::Then::Nothing);
  plan_.literals.append(TextPlan::kPadding, '\0');
  std::set<std::uint16_t> seen;
  plan_.uses_slots_once = true;
  for (const Piece& piece : plan_.pieces) {
    const bool takes_value = piece.then != Piece::Then::Nothing && piece.then != Piece::Then::Comma;
    if (takes_value && !seen.insert(piece.slot).second) plan_.uses_slots_once = false;
  }
  return std::move(plan_);
}

bool is_left_out(const std::vector<Part>& content, const SlotClasses& classes) {
  return content.size() == 1 && content[0].kind == PartKind::OptionalSlot &&
         classes.of(content[0].slot) == SlotClass::Null;
}

}  // namespace yorozu::codec::evtx
