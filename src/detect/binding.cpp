#include <algorithm>
#include <string>

#include "detect/compiled.h"
#include "event/value.h"

namespace yorozu::detect {

namespace {

/// The name without its blanks; kNone when it has none, or nobody uses the shorter one.
event::NameId without_blanks(event::NameId name, const event::NameTable& names) {
  const std::string_view text = names.text(name);
  if (text.find(' ') == text.npos) return event::name::kNone;
  std::string shorter;
  std::ranges::copy_if(text, std::back_inserter(shorter), [](char c) { return c != ' '; });
  return names.find(shorter);
}

/// What a test says of an event that lacks the field.
bool answer_when_absent(const Prepared& prepared) {
  if (prepared.kind == Prepared::Kind::Null) return true;
  if (prepared.kind == Prepared::Kind::Exists) return !std::get<sigma::Exists>(prepared.source).wanted;
  return false;
}

}  // namespace

bool can_accept(const ClassPlan& plan, std::uint32_t entry, const std::vector<bool>& present) {
  std::vector<bool> visited(plan.code.size());
  std::vector<std::uint32_t> open{entry};
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    if (at == kAccept) return true;
    if (at == kReject || visited[at]) continue;
    visited[at] = true;
    const Instruction& code = plan.code[at];
    const ClassTest& test = plan.tests[code.test];
    const bool known_field = test.field == kAllValues || test.prepared->constant || present[test.field];
    if (known_field) {
      open.push_back(code.on_true);
      open.push_back(code.on_false);
    } else {
      open.push_back(answer_when_absent(*test.prepared) ? code.on_true : code.on_false);
    }
  }
  return false;
}

FieldPositions bind(const ClassPlan& plan, const event::Shape& shape, const event::NameTable& names) {
  const auto& numbers = plan.field_numbers;
  const std::size_t count = std::min<std::size_t>(shape.names.size(), UINT16_MAX);
  std::vector<std::vector<std::uint16_t>> of_field(plan.fields.size());
  FieldPositions out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto position = static_cast<std::uint16_t>(i);
    out.all.push_back(position);
    const event::NameId name = shape.names[i], shorter = without_blanks(name, names);
    if (const auto found = numbers.find(name); found != numbers.end()) of_field[found->second].push_back(position);
    if (shorter == name || names.text(name).find(' ') == std::string_view::npos) continue;
    if (const auto found = numbers.find(shorter); found != numbers.end()) of_field[found->second].push_back(position);
  }
  for (const auto& positions : of_field) {
    out.first.push_back(static_cast<std::uint32_t>(out.positions.size()));
    out.positions.insert(out.positions.end(), positions.begin(), positions.end());
  }
  out.first.push_back(static_cast<std::uint32_t>(out.positions.size()));
  return out;
}

std::vector<std::uint16_t> positions_of(event::NameId wanted, const event::Shape& shape,
                                        const event::NameTable& names) {
  std::vector<std::uint16_t> out;
  const std::size_t count = std::min<std::size_t>(shape.names.size(), UINT16_MAX);
  for (std::size_t i = 0; i < count; ++i) {
    const event::NameId name = shape.names[i];
    if (name == wanted ||
        (names.text(name).find(' ') != std::string_view::npos && without_blanks(name, names) == wanted))
      out.push_back(static_cast<std::uint16_t>(i));
  }
  return out;
}

}  // namespace yorozu::detect
