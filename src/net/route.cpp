#include "net/route.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "base/file.h"

namespace yorozu::net {

std::optional<std::string> source_address_towards(const Address& peer) {
  // Connecting a datagram socket sends nothing, but makes the kernel choose.
  constexpr std::uint16_t kDiscard = 9;
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (peer.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(kDiscard);
    std::memcpy(&v4.sin_addr, peer.bytes().data() + 12, 4);
    std::memcpy(&storage, &v4, size = sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(kDiscard);
    std::memcpy(&v6.sin6_addr, peer.bytes().data(), 16);
    std::memcpy(&storage, &v6, size = sizeof v6);
  }
  const Fd socket(::socket(storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket || connect(socket.get(), reinterpret_cast<const sockaddr*>(&storage), size) != 0) return std::nullopt;
  size = sizeof storage;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  return from_sockaddr(reinterpret_cast<const sockaddr*>(&storage)).address.text();
}

std::string name_of_this_machine() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

}  // namespace yorozu::net
