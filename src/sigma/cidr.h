/// Networks in CIDR notation (RFC 4632, RFC 4291) as the `cidr` modifier takes them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "sigma/rule.h"

namespace yorozu::sigma {

/// "10.0.0.0/8", "fe80::/10"; without a length: that one address. InvalidInput: no network, or host bits are set.
Result<Cidr> parse_cidr(std::string_view text);

/// An address of either family; of IPv4 the first four bytes.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;
};
/// nullopt for what is no address. A zone (%eth0) is ignored.
std::optional<Address> parse_address(std::string_view text);

bool contains(const Cidr& network, const Address& address);
/// False for what is no address. IPv4-mapped IPv6 addresses (::ffff:10.0.0.1, as Windows logs them) count as both; a
/// zone
/// (%eth0) is ignored.
bool contains(const Cidr& network, std::string_view address);

}  // namespace yorozu::sigma
