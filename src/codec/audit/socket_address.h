/// The sockaddr that SOCKADDR records carry in hexadecimal digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yorozu::codec::audit {

struct SocketAddress {
  std::string family;   ///< ipv4, ipv6, unix, netlink, or the number
  std::string address;  ///< RFC 5952; of ipv4 and ipv6
  std::string port;
  std::string path;  ///< of unix; '@' in front of an abstract name
};

/// `hex` as the kernel wrote it: in its own byte order, which is taken to be little-endian. nullopt when it is no hex.
std::optional<SocketAddress> decode_socket_address(std::string_view hex);

}  // namespace yorozu::codec::audit
