/// How wide text is on a terminal: Japanese characters take two columns, combining marks none (Unicode UAX #11).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace yorozu {

std::size_t display_width(std::string_view utf8);
/// Cut to at most `columns`, with `…` as the last of them when something was cut.
std::string cut_to_width(std::string_view utf8, std::size_t columns);
/// Blanks added behind it up to `columns`.
std::string padded(std::string_view utf8, std::size_t columns);

}  // namespace yorozu
