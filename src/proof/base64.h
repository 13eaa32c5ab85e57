/// Base64 of RFC 4648 section 4: padded, no line breaks, one spelling for each run of bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"

namespace yorozu::proof {

void append_base64(std::string_view bytes, Buffer& out);
/// nullopt for every other spelling: missing padding, foreign characters, bits set behind the last byte.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace yorozu::proof
