/// The byte encodings that Sigma modifiers know: base64 with its three shifts, and UTF-16 in its flavours.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace yorozu::sigma {

/// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);
/// What `bytes` look like inside longer base64 text when they begin at offset 0, 1 or 2 of a group of three: only the
/// characters that do not depend on the neighbours. May be empty for very short input.
std::array<std::string, 3> base64_shifts(std::string_view bytes);

std::string utf16be_from_utf8(std::string_view utf8);
/// UTF-16LE with its byte order mark in front.
std::string utf16_with_mark(std::string_view utf8);

}  // namespace yorozu::sigma
