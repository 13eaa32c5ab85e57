#include "query/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace yorozu::query {

namespace {
constexpr Address kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

void clear_host_bits(Address& address, int prefix) {
  for (int bit = prefix; bit < 128; ++bit)
    address[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
}
}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (text.empty() || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  char terminated[INET6_ADDRSTRLEN + 1] = {};
  std::memcpy(terminated, text.data(), text.size());
  Address out = kMappedPrefix;
  if (inet_pton(AF_INET, terminated, out.data() + 12) == 1) return out;
  if (inet_pton(AF_INET6, terminated, out.data()) == 1) return out;
  return std::nullopt;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(0, slash), digits = text.substr(slash + 1);
  const auto address = parse_address(host);
  if (!address) return std::nullopt;
  const bool v4 = host.find(':') == std::string_view::npos;
  int prefix = -1;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (ec != std::errc() || end != digits.data() + digits.size() || prefix < 0 || prefix > (v4 ? 32 : 128))
    return std::nullopt;
  Network out{*address, v4 ? prefix + 96 : prefix};
  clear_host_bits(out.address, out.prefix);
  return out;
}

bool looks_like_network(std::string_view text) {
  const bool only = std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '/' || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
  });
  const bool separated = text.find('.') != std::string_view::npos || text.find(':') != std::string_view::npos;
  return only && separated && std::ranges::count(text, '/') == 1 && !text.starts_with('/');
}

bool contains(const Network& network, const Address& address) {
  Address masked = address;
  clear_host_bits(masked, network.prefix);
  return masked == network.address;
}

std::string to_text(const Network& network) {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 =
      network.prefix >= 96 && std::equal(kMappedPrefix.begin(), kMappedPrefix.begin() + 12, network.address.begin());
  if (v4)
    inet_ntop(AF_INET, network.address.data() + 12, text, sizeof text);
  else
    inet_ntop(AF_INET6, network.address.data(), text, sizeof text);
  return std::string(text) + "/" + std::to_string(v4 ? network.prefix - 96 : network.prefix);
}

}  // namespace yorozu::query
