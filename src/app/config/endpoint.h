/// Addresses as a configuration names them: where to listen, and who may speak.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yorozu::config {

/// Where to listen: "0.0.0.0:514", "[::]:514" (takes IPv4 too), "192.168.1.10:6514". Port 0 takes a free one.
struct Endpoint {
  std::string address = "0.0.0.0";  ///< numeric, without brackets
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};
/// InvalidInput: no port, or not a numeric address (a name could mean another one tomorrow).
Result<Endpoint> parse_endpoint(std::string_view text);
std::string to_text(const Endpoint& endpoint);

/// A network in CIDR notation; a bare address is a network of one.
struct Network {
  std::array<std::uint8_t, 16> address{};  ///< IPv4 as ::ffff:a.b.c.d
  unsigned bits = 128;                     ///< of the 128
  bool operator==(const Network&) const = default;
};
/// InvalidInput: not an address, a length that is none, or bits set behind the length (most often a typing mistake).
Result<Network> parse_network(std::string_view text);
/// As people write it: "192.168.1.0/24", "fd00::/8".
std::string to_text(const Network& network);

}  // namespace yorozu::config
