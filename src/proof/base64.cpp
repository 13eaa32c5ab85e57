#include "proof/base64.h"

#include <array>
#include <cstdint>

namespace yorozu::proof {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kForeign = 0xFF;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kForeign);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

}  // namespace

void append_base64(std::string_view bytes, Buffer& out) {
  char* to = out.reserve((bytes.size() + 2) / 3 * 4);
  const char* const start = to;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t have = bytes.size() - at < 3 ? bytes.size() - at : 3;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < have ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) *to++ = i <= have ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
  }
  out.advance(static_cast<std::size_t>(to - start));
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const bool last = at + 4 == text.size();
    const std::size_t padding = !last ? 0U : text[at + 3] != '=' ? 0U : text[at + 2] != '=' ? 1U : 2U;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint8_t value = i < 4 - padding ? kValues[static_cast<std::uint8_t>(text[at + i])] : 0;
      if (value == kForeign) return std::nullopt;
      bits = bits << 6 | value;
    }
    if ((bits & ((1U << (8 * padding)) - 1)) != 0) return std::nullopt;
    for (std::size_t i = 0; i < 3 - padding; ++i) bytes.push_back(static_cast<char>(bits >> (16 - 8 * i) & 0xFF));
  }
  return bytes;
}

}  // namespace yorozu::proof
