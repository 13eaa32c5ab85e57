/// The text of a token, as people paste it into senders: `yrz_ID_SECRET`. ID is 12 and SECRET 52 characters of RFC 4648
/// base32 in lower case: 60 and 256 random bits (the last character carries one bit of SECRET). No character of it
/// needs quoting in a URL, an HTTP header, YAML or a shell. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace yorozu::access {

inline constexpr std::size_t kIdLength = 12;
inline constexpr std::size_t kSecretLength = 52;

struct TokenText {
  std::string_view id;      ///< public: shown in lists, written into evidence
  std::string_view secret;  ///< shown once
};

/// Exactly this spelling; nullopt for everything else. Views into `text`.
std::optional<TokenText> parse_token_text(std::string_view text);

/// `random`: id from the first 8 bytes, secret from the other 32.
std::string make_token_text(const std::array<std::uint8_t, 40>& random);

}  // namespace yorozu::access
