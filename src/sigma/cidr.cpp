#include "sigma/cidr.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace yorozu::sigma {
namespace {

bool same_prefix(const std::uint8_t* a, const std::uint8_t* b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(a, a + whole, b)) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> (bits % 8));
  return (a[whole] & mask) == (b[whole] & mask);
}

bool is_mapped_v4(const Address& address) {
  constexpr std::array<std::uint8_t, 12> kPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return address.v6 && std::equal(kPrefix.begin(), kPrefix.end(), address.bytes.begin());
}

bool has_host_bits(const Cidr& network) {
  const std::size_t size = network.v6 ? 16 : 4;
  for (std::size_t i = 0; i < size; ++i) {
    const int host_bits = std::clamp(static_cast<int>(i + 1) * 8 - network.prefix, 0, 8);
    if ((network.network[i] & ((1U << host_bits) - 1)) != 0) return true;
  }
  return false;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN + 16) return std::nullopt;  // + a zone
  const bool v6 = text.find(':') != std::string_view::npos;
  if (v6) text = text.substr(0, text.find('%'));
  Address address;
  address.v6 = v6;
  const std::string terminated(text);
  if (inet_pton(v6 ? AF_INET6 : AF_INET, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

Result<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address || text.find('%') != std::string_view::npos)
    return fail(ErrorCode::InvalidInput, "'" + std::string(text) + "' is not a network");
  Cidr network{address->bytes, static_cast<std::uint8_t>(address->v6 ? 128 : 32), address->v6};
  if (slash != std::string_view::npos) {
    const std::string_view length = text.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (error != std::errc() || end != length.data() + length.size() || bits > network.prefix)
      return fail(ErrorCode::InvalidInput, "'/" + std::string(length) + "' is not a prefix length");
    network.prefix = static_cast<std::uint8_t>(bits);
  }
  if (has_host_bits(network)) return fail(ErrorCode::InvalidInput, "'" + std::string(text) + "' has host bits set");
  return network;
}

bool contains(const Cidr& network, const Address& address) {
  if (network.v6 == address.v6) return same_prefix(network.network.data(), address.bytes.data(), network.prefix);
  return !network.v6 && is_mapped_v4(address) &&
         same_prefix(network.network.data(), address.bytes.data() + 12, network.prefix);
}

bool contains(const Cidr& network, std::string_view address) {
  const auto parsed = parse_address(address);
  return parsed && contains(network, *parsed);
}

}  // namespace yorozu::sigma
