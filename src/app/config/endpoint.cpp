#include "app/config/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/try.h"

namespace yorozu::config {

namespace {

constexpr unsigned kMappedBits = 96;

using Bytes = std::array<std::uint8_t, 16>;

bool is_mapped(const Bytes& address) {
  static constexpr std::uint8_t kPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(address.data(), kPrefix, sizeof kPrefix) == 0;
}

struct ParsedAddress {
  Bytes bytes;
  bool is_v4;
};
std::optional<ParsedAddress> parse_address(const std::string& text) {
  ParsedAddress out{{}, false};
  if (inet_pton(AF_INET, text.c_str(), &out.bytes[12]) == 1) {
    out.bytes[10] = out.bytes[11] = 0xff;
    out.is_v4 = true;
    return out;
  }
  if (inet_pton(AF_INET6, text.c_str(), out.bytes.data()) == 1) return out;
  return std::nullopt;
}

std::string address_text(const Bytes& bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_mapped(bytes))
    inet_ntop(AF_INET, &bytes[12], text, sizeof text);
  else
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number n{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

bool has_bits_behind(const Bytes& bytes, unsigned bits) {
  for (unsigned i = bits; i < 128; ++i)
    if ((bytes[i / 8] & (0x80U >> (i % 8))) != 0) return true;
  return false;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return fail(ErrorCode::InvalidInput, "needs an address and a port, as in \"0.0.0.0:514\"");
  std::string address(text.substr(0, colon));
  const bool bracketed = address.size() >= 2 && address.front() == '[' && address.back() == ']';
  if (bracketed) address = address.substr(1, address.size() - 2);
  const auto parsed = parse_address(address);
  if (!parsed || parsed->is_v4 == bracketed)
    return fail(ErrorCode::InvalidInput, "not a numeric address in front of the port: \"" + std::string(text) +
                                             "\" (IPv6 in brackets, as in \"[::]:514\")");
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) return fail(ErrorCode::InvalidInput, "the port must be 0 to 65535: \"" + std::string(text) + "\"");
  return Endpoint{address_text(parsed->bytes), *port};
}

std::string to_text(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.address.contains(':');
  return (is_v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" + std::to_string(endpoint.port);
}

Result<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto parsed = parse_address(std::string(text.substr(0, slash)));
  if (!parsed)
    return fail(ErrorCode::InvalidInput, "not a network: \"" + std::string(text) + "\" (as in \"192.168.1.0/24\")");
  Network network{parsed->bytes, 128};
  if (slash == std::string_view::npos) return network;
  const auto bits = parse_number<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > (parsed->is_v4 ? 32U : 128U))
    return fail(ErrorCode::InvalidInput, "the length of the network is out of range: \"" + std::string(text) + "\"");
  network.bits = *bits + (parsed->is_v4 ? kMappedBits : 0);
  if (has_bits_behind(network.address, network.bits)) {
    for (unsigned i = network.bits; i < 128; ++i)
      network.address[i / 8] &= static_cast<std::uint8_t>(~(0x80U >> (i % 8)));
    return fail(ErrorCode::InvalidInput, "\"" + std::string(text) + "\" has bits behind its length; the network is \"" +
                                             to_text(network) + "\"");
  }
  return network;
}

std::string to_text(const Network& network) {
  const unsigned offset = is_mapped(network.address) && network.bits >= kMappedBits ? kMappedBits : 0;
  return address_text(network.address) + "/" + std::to_string(network.bits - offset);
}

}  // namespace yorozu::config
