#include "detect/match_fields.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "event/event_json.h"

namespace yorozu::detect {
namespace {

constexpr std::size_t kMaxContextFields = 24;

bool is_header(event::NameId name) {
  return name < event::name::kCount && name != event::name::kData && name != event::name::kMessage;
}

}  // namespace

void append_match_fields(const Match& match, const event::NameTable& names, std::string& out) {
  const auto& shape = match.event.shape->names;
  std::vector<std::uint16_t> shown(match.value_positions.begin(), match.value_positions.end());
  if (std::ranges::all_of(shown, [&](std::uint16_t at) { return is_header(shape[at]); })) {
    std::size_t left = kMaxContextFields;
    for (std::size_t i = 0; i < shape.size() && left > 0; ++i) {
      if (is_header(shape[i])) continue;
      shown.push_back(static_cast<std::uint16_t>(i));
      --left;
    }
  }
  if (shown.empty())
    out += "{}";
  else
    event::append_fields(match.event, match.batch, names, out, shown);
}

}  // namespace yorozu::detect
