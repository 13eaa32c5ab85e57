#include "base/display_width.h"

#include <unicode/uchar.h>

#include "base/text.h"

namespace yorozu {

namespace {

std::size_t width_of(char32_t c) {
  if (c < 0x7F) return c < 0x20 ? 0 : 1;
  const auto category = static_cast<UCharCategory>(u_charType(static_cast<UChar32>(c)));
  if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK || category == U_FORMAT_CHAR ||
      category == U_CONTROL_CHAR)
    return 0;
  const int width = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t out = 0;
  for (std::size_t at = 0; at < utf8.size();) out += width_of(next_code_point(utf8, at));
  return out;
}

std::string cut_to_width(std::string_view utf8, std::size_t columns) {
  if (display_width(utf8) <= columns) return std::string(utf8);
  if (columns == 0) return {};
  std::size_t used = 0, at = 0;
  while (at < utf8.size()) {
    std::size_t next = at;
    const std::size_t width = width_of(next_code_point(utf8, next));
    if (used + width > columns - 1) break;
    used += width;
    at = next;
  }
  return std::string(utf8.substr(0, at)) + "…";
}

std::string padded(std::string_view utf8, std::size_t columns) {
  std::string out(utf8);
  if (const std::size_t width = display_width(utf8); width < columns) out.append(columns - width, ' ');
  return out;
}

}  // namespace yorozu
