/// IP addresses in queries: IPv4 and IPv6 in one space (IPv4 as ::ffff:a.b.c.d, RFC 4291 section 2.5.5.2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "query/expression.h"

namespace yorozu::query {

using Address = std::array<std::uint8_t, 16>;

/// "10.0.0.1", "fe80::1", "[::1]"; nullopt when it is none.
std::optional<Address> parse_address(std::string_view text);
/// "10.0.0.0/8", "2001:db8::/32"; host bits are cleared. nullopt when it is none.
std::optional<Network> parse_network(std::string_view text);
/// Digits, dots, colons and a slash only: meant as a network, so a mistake in it is worth an error.
bool looks_like_network(std::string_view text);
bool contains(const Network& network, const Address& address);
std::string to_text(const Network& network);

}  // namespace yorozu::query
