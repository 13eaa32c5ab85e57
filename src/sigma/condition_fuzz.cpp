/// Any text as a condition: read or refused with an offset inside the text, and names fit themselves.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sigma/condition.h"

namespace {

using yorozu::sigma::ConditionSyntax;

void check(const ConditionSyntax& syntax, std::size_t size) {
  using Kind = ConditionSyntax::Kind;
  if (syntax.offset >= size) std::abort();
  if (syntax.kind == Kind::Not && syntax.children.size() != 1) std::abort();
  if ((syntax.kind == Kind::And || syntax.kind == Kind::Or) && syntax.children.size() < 2) std::abort();
  const bool is_leaf = syntax.kind == Kind::Name || syntax.kind == Kind::OneOf || syntax.kind == Kind::AllOf;
  if (is_leaf == syntax.name.empty()) std::abort();
  if (is_leaf && !yorozu::sigma::fits_name(syntax.name, syntax.name)) std::abort();
  for (const ConditionSyntax& child : syntax.children) check(child, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto syntax = yorozu::sigma::parse_condition_text(text);
  if (syntax)
    check(*syntax, size);
  else if (syntax.error().offset > size || syntax.error().code.empty())
    std::abort();
  return 0;
}
