/// For tests of formats: the hex dumps that stand in docs/formats/.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace yorozu::proof::testing {

/// As `xxd` prints it.
inline std::string hex_dump(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    char offset[32];
    std::snprintf(offset, sizeof offset, "%08zx:", at);
    out += offset;
    const std::string_view row = bytes.substr(at, 16);
    std::string text;
    for (std::size_t i = 0; i < 16; ++i) {
      if (i % 2 == 0) out += ' ';
      out += i < row.size() ? to_hex(as_bytes(row.substr(i, 1))) : "  ";
      if (i < row.size()) text += row[i] >= 0x20 && row[i] < 0x7F ? row[i] : '.';
    }
    out += "  " + text + "\n";
  }
  return out;
}

/// The bytes of the first dump in a document, back from `xxd`'s layout.
inline std::string bytes_of_dump(std::string_view document) {
  std::string bytes;
  std::size_t at = document.find("\n00000000:");
  while (at != std::string_view::npos &&
         document.substr(at + 1, 8).find_first_not_of("0123456789abcdef") == std::string_view::npos) {
    const std::string_view row = document.substr(at + 10, 41);
    std::string digits;
    for (const char c : row.substr(0, row.find("  ")))
      if (c != ' ') digits += c;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
      bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    at = document.find('\n', at + 1);
  }
  return bytes;
}

}  // namespace yorozu::proof::testing
