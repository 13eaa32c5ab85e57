#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/try.h"

namespace yorozu::net {
namespace {

constexpr unsigned kV4Bits = 96;  ///< an IPv4 prefix of n bits is one of 96 + n in the mapped form

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

std::unexpected<Error> bad(std::string_view what, std::string_view text) {
  std::string message = "not ";
  message.append(what).append(": '").append(text.substr(0, 100)).append("'");
  return fail(ErrorCode::InvalidInput, std::move(message));
}

/// The bits of `bytes` behind `prefix` are zero.
bool is_aligned(const std::array<std::uint8_t, 16>& bytes, unsigned prefix) {
  for (unsigned bit = prefix; bit < 128; ++bit)
    if (((bytes[bit / 8] >> (7 - bit % 8)) & 1) != 0) return false;
  return true;
}

}  // namespace

Address Address::v4(std::uint32_t host_order) {
  Address address;
  for (unsigned i = 0; i < 4; ++i) address.bytes_[12 + i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return address;
}
Address Address::v6(const std::array<std::uint8_t, 16>& bytes, std::uint32_t scope) {
  Address address;
  address.bytes_ = bytes;
  if (!address.is_v4()) address.scope_ = scope;
  return address;
}

bool Address::is_v4() const {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.end(), bytes_.begin());
}
bool Address::is_loopback() const {
  if (is_v4()) return bytes_[12] == 127;
  return std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t b) { return b == 0; }) && bytes_[15] == 1;
}

std::string Address::text() const {
  // inet_ntop of glibc writes the form of RFC 5952: lower case, longest run of zeros as "::", no single one.
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    ::inet_ntop(AF_INET, bytes_.data() + 12, text.data(), text.size());
    return text.data();
  }
  ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  std::string out = text.data();
  if (scope_ != 0) out.append("%").append(std::to_string(scope_));
  return out;
}

std::string Endpoint::text() const {
  const std::string host = address.text();
  return (address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

bool Network::contains(const Address& address) const {
  const auto& bytes = address.bytes();
  const unsigned whole = prefix_ / 8;
  if (std::memcmp(bytes.data(), first_.bytes().data(), whole) != 0) return false;
  if (prefix_ % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - prefix_ % 8));
  return (bytes[whole] & mask) == first_.bytes()[whole];
}
std::string Network::text() const {
  return first_.text() + "/" + std::to_string(first_.is_v4() ? prefix_ - kV4Bits : prefix_);
}

Result<Address> parse_address(std::string_view text) {
  std::string_view host = text;
  std::uint32_t scope = 0;
  if (const auto percent = text.find('%'); percent != std::string_view::npos) {
    const auto number = parse_number<std::uint32_t>(text.substr(percent + 1));
    if (!number) return bad("an address", text);
    scope = *number;
    host = text.substr(0, percent);
  }
  const std::string terminated(host);
  if (terminated.find('\0') != std::string::npos) return bad("an address", text);
  in_addr v4{};
  if (scope == 0 && ::inet_pton(AF_INET, terminated.c_str(), &v4) == 1) return Address::v4(ntohl(v4.s_addr));
  std::array<std::uint8_t, 16> v6{};
  if (::inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1) return Address::v6(v6, scope);
  return bad("an address", text);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad("an address with a port", text);
  std::string_view host = text.substr(0, colon);
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (!port || (host.contains(':') && !bracketed)) return bad("an address with a port", text);
  if (bracketed) host = host.substr(1, host.size() - 2);
  TRY_ASSIGN(const Address address, parse_address(host));
  return Endpoint{.address = address, .port = *port};
}

Result<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  TRY_ASSIGN(const Address first, parse_address(text.substr(0, slash)));
  const unsigned bits = first.is_v4() ? 32 : 128;
  std::optional<unsigned> prefix = bits;
  if (slash != std::string_view::npos) prefix = parse_number<unsigned>(text.substr(slash + 1));
  if (!prefix || *prefix > bits) return bad("a network (ADDRESS/PREFIX)", text);
  Network network;
  network.first_ = first;
  network.prefix_ = *prefix + (first.is_v4() ? kV4Bits : 0);
  if (!is_aligned(first.bytes(), network.prefix_))
    return bad("the first address of a network (bits behind the prefix are set)", text);
  return network;
}

bool AllowList::allows(const Address& address) const {
  return networks_.empty() || std::any_of(networks_.begin(), networks_.end(),
                                          [&](const Network& network) { return network.contains(address); });
}

Endpoint from_sockaddr(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return {.address = Address::v4(ntohl(v4.sin_addr.s_addr)), .port = ntohs(v4.sin_port)};
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return {.address = Address::v6(bytes, v6.sin6_scope_id), .port = ntohs(v6.sin6_port)};
  }
  return {};
}

}  // namespace yorozu::net
