#include "access/token_text.h"

#include <algorithm>

namespace yorozu::access {
namespace {

constexpr std::string_view kPrefix = "yrz_";
constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

bool is_base32(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return kAlphabet.find(c) != std::string_view::npos; });
}

/// The first `characters` base32 digits of `bytes`; missing bits are zero.
std::string base32(ByteView bytes, std::size_t characters) {
  std::string text;
  std::uint32_t bits = 0, held = 0;
  auto at = bytes.begin();
  while (text.size() < characters) {
    if (held < 5) {
      bits = bits << 8 | (at != bytes.end() ? *at++ : 0U);
      held += 8;
    }
    held -= 5;
    text += kAlphabet[bits >> held & 31U];
  }
  return text;
}

}  // namespace

std::optional<TokenText> parse_token_text(std::string_view text) {
  constexpr std::size_t kBehindId = kPrefix.size() + kIdLength;
  if (text.size() != kBehindId + 1 + kSecretLength || !text.starts_with(kPrefix) || text[kBehindId] != '_')
    return std::nullopt;
  const TokenText token{text.substr(kPrefix.size(), kIdLength), text.substr(kBehindId + 1)};
  if (!is_base32(token.id) || !is_base32(token.secret)) return std::nullopt;
  return token;
}

std::string make_token_text(const std::array<std::uint8_t, 40>& random) {
  const ByteView bytes(random);
  std::string text(kPrefix);
  return text.append(base32(bytes.first(8), kIdLength)).append("_").append(base32(bytes.subspan(8), kSecretLength));
}

}  // namespace yorozu::access
