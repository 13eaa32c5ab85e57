/// Text that the audit system wrote as upper-case hexadecimal digits because it has blanks, quotes or control
/// characters.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace yorozu::codec::audit {

inline int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

inline bool is_hex(std::string_view text) {
  return text.size() >= 2 && text.size() % 2 == 0 &&
         std::ranges::all_of(text, [](char c) { return hex_digit(c) >= 0; });
}

/// `hex`: is_hex().
inline std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(hex_digit(hex[i]) * 16 + hex_digit(hex[i + 1])));
  return bytes;
}

}  // namespace yorozu::codec::audit
