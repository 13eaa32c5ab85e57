#include "sigma/encoding.h"

#include <cstdint>
#include <utility>

#include "base/text.h"

namespace yorozu::sigma {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) -> std::uint32_t {
      return i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0;
    };
    const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += kDigits[group >> 18];
    out += kDigits[(group >> 12) & 63];
    out += i + 1 < bytes.size() ? kDigits[(group >> 6) & 63] : '=';
    out += i + 2 < bytes.size() ? kDigits[group & 63] : '=';
  }
  return out;
}

std::array<std::string, 3> base64_shifts(std::string_view bytes) {
  // A character in front that shares bits with our first byte, and one behind that shares bits with our last, are cut.
  constexpr std::array<std::size_t, 3> kCutInFront = {0, 2, 3};
  constexpr std::array<std::size_t, 3> kCutBehind = {0, 3, 2};  // by (length + shift) mod 3; padding included
  std::array<std::string, 3> out;
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string text = base64(std::string(shift, ' ').append(bytes));
    const std::size_t end = text.size() - kCutBehind[(bytes.size() + shift) % 3];
    if (kCutInFront[shift] < end) out[shift] = text.substr(kCutInFront[shift], end - kCutInFront[shift]);
  }
  return out;
}

std::string utf16be_from_utf8(std::string_view utf8) {
  std::string bytes = utf16le_from_utf8(utf8);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  return bytes;
}

std::string utf16_with_mark(std::string_view utf8) {
  return "\xFF\xFE" + utf16le_from_utf8(utf8);
}

}  // namespace yorozu::sigma
