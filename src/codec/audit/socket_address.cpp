#include "codec/audit/socket_address.h"

#include <arpa/inet.h>

#include <array>

#include "codec/audit/hex.h"

namespace yorozu::codec::audit {
namespace {

std::string text_of(int family, const char* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, bytes, text.data(), text.size()) == nullptr ? std::string() : std::string(text.data());
}

unsigned byte_at(const std::string& bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

}  // namespace

std::optional<SocketAddress> decode_socket_address(std::string_view hex) {
  if (!is_hex(hex) || hex.size() < 4) return std::nullopt;
  const std::string bytes = bytes_of_hex(hex);
  const unsigned family = byte_at(bytes, 0) | byte_at(bytes, 1) << 8;
  SocketAddress out;
  constexpr unsigned kUnix = 1, kIpv4 = 2, kIpv6 = 10, kNetlink = 16;
  if (family == kIpv4 && bytes.size() >= 8) {
    out = {"ipv4", text_of(AF_INET, bytes.data() + 4), std::to_string(byte_at(bytes, 2) << 8 | byte_at(bytes, 3)), {}};
  } else if (family == kIpv6 && bytes.size() >= 24) {
    out = {"ipv6", text_of(AF_INET6, bytes.data() + 8), std::to_string(byte_at(bytes, 2) << 8 | byte_at(bytes, 3)), {}};
  } else if (family == kUnix) {
    out.family = "unix";
    const bool is_abstract = bytes.size() > 2 && bytes[2] == '\0';
    const std::string_view rest = std::string_view(bytes).substr(is_abstract ? 3 : 2);
    out.path = rest.substr(0, rest.find('\0'));
    if (is_abstract && !out.path.empty()) out.path.insert(0, 1, '@');
  } else {
    out.family = family == kNetlink ? "netlink" : std::to_string(family);
  }
  return out;
}

}  // namespace yorozu::codec::audit
