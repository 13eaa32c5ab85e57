/// IP addresses, endpoints and networks as values. Text of addresses is RFC 5952; an IPv4 address that arrived over an
/// IPv6 socket (::ffff:a.b.c.d) is the IPv4 address it is. No names are resolved here. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sockaddr;

namespace yorozu::net {

class Address {
 public:
  Address() = default;  ///< 0.0.0.0
  static Address v4(std::uint32_t host_order);
  static Address v6(const std::array<std::uint8_t, 16>& bytes, std::uint32_t scope = 0);
  static Address any_v4() { return v4(0); }
  static Address loopback() { return v4(0x7f000001); }

  bool is_v4() const;
  bool is_loopback() const;
  std::uint32_t scope() const { return scope_; }
  /// IPv4 is held mapped, as RFC 4291 section 2.5.5.2 writes it, so that all addresses compare and mask alike.
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  /// "192.0.2.1", "2001:db8::1", "fe80::1%2".
  std::string text() const;
  auto operator<=>(const Address&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_ = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
  std::uint32_t scope_ = 0;  ///< interface of a link-local address
};

struct Endpoint {
  Address address;
  std::uint16_t port = 0;
  /// "192.0.2.1:514", "[2001:db8::1]:514".
  std::string text() const;
  auto operator<=>(const Endpoint&) const = default;
};

/// An address block; "192.0.2.0/24", "2001:db8::/32", or one address. Bits behind the prefix must be zero.
class Network {
 public:
  bool contains(const Address& address) const;
  /// Bits that its addresses have in common, of 128.
  unsigned prefix() const { return prefix_; }
  std::string text() const;
  bool operator==(const Network&) const = default;

 private:
  friend Result<Network> parse_network(std::string_view text);
  Address first_;
  unsigned prefix_ = 0;  ///< of 128
};

Result<Address> parse_address(std::string_view text);
/// "ADDRESS:PORT", "[ADDRESS]:PORT".
Result<Endpoint> parse_endpoint(std::string_view text);
Result<Network> parse_network(std::string_view text);

/// Who may connect or send. Without entries everybody may.
class AllowList {
 public:
  AllowList() = default;
  explicit AllowList(std::vector<Network> networks) : networks_(std::move(networks)) {}
  bool allows(const Address& address) const;

 private:
  std::vector<Network> networks_;
};

/// What the kernel wrote into a sockaddr_in or sockaddr_in6; other families give 0.0.0.0:0.
Endpoint from_sockaddr(const sockaddr* address);

}  // namespace yorozu::net
