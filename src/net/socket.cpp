#include "net/socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "base/try.h"

namespace yorozu::net {
namespace {

std::unexpected<Error> socket_error(const std::string& what, int error) {
  std::string message = what + ": " + std::generic_category().message(error);
  if (error == EADDRINUSE) message += "; another program has this port";
  if (error == EACCES) message += "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
  return fail(error == EACCES || error == EPERM ? ErrorCode::Denied : ErrorCode::Io, std::move(message));
}

void set(const Fd& socket, int level, int option, int value) {
  // Wishes: a socket that refuses one works all the same.
  (void)::setsockopt(socket.get(), level, option, &value, sizeof value);
}

/// sockaddr of `endpoint` and its length.
std::pair<sockaddr_storage, socklen_t> to_sockaddr(const Endpoint& endpoint) {
  sockaddr_storage storage{};
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.bytes().data() + 12, 4);
    std::memcpy(&storage, &v4, sizeof v4);
    return {storage, sizeof v4};
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  v6.sin6_scope_id = endpoint.address.scope();
  std::memcpy(&v6.sin6_addr, endpoint.address.bytes().data(), 16);
  std::memcpy(&storage, &v6, sizeof v6);
  return {storage, sizeof v6};
}

Result<Fd> open_bound(const Endpoint& endpoint, int type) {
  const int family = endpoint.address.is_v4() ? AF_INET : AF_INET6;
  Fd socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return socket_error("socket", errno);
  if (type == SOCK_STREAM) set(socket, SOL_SOCKET, SO_REUSEADDR, 1);  // a restart finds its port again
  if (family == AF_INET6) set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);  // [::] is everybody
  const auto [address, size] = to_sockaddr(endpoint);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0)
    return socket_error("cannot listen on " + endpoint.text(), errno);
  return socket;
}

Result<Fd> take_over(Fd socket, int type) {
  int has = 0;
  socklen_t size = sizeof has;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_TYPE, &has, &size) != 0)
    return socket_error("the socket that was handed over", errno);
  if (has != type) return fail(ErrorCode::InvalidInput, "the socket that was handed over is of another kind");
  ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
  return socket;
}

Result<Fd> bound(ListenOn on, int type) {
  if (auto* socket = std::get_if<Fd>(&on)) return take_over(std::move(*socket), type);
  return open_bound(std::get<Endpoint>(on), type);
}

}  // namespace

Result<Fd> listen_tcp(ListenOn on, int backlog) {
  TRY_ASSIGN(Fd socket, bound(std::move(on), SOCK_STREAM));
  if (::listen(socket.get(), backlog) != 0) return socket_error("listen", errno);
  return socket;
}

Result<Fd> bind_udp(ListenOn on) {
  return bound(std::move(on), SOCK_DGRAM);
}

Result<Endpoint> local_endpoint(const Fd& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0)
    return socket_error("getsockname", errno);
  return from_sockaddr(reinterpret_cast<const sockaddr*>(&storage));
}

std::uint32_t grow_receive_buffer(const Fd& socket, std::uint32_t wanted) {
  const auto granted = [&] {
    int value = 0;
    socklen_t size = sizeof value;
    (void)::getsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &value, &size);
    return static_cast<std::uint32_t>(std::max(value, 0)) / 2;  // the kernel shows twice what it was asked for
  };
  if (granted() >= wanted) return granted();
  set(socket, SOL_SOCKET, SO_RCVBUF, static_cast<int>(wanted));
  if (granted() < wanted) set(socket, SOL_SOCKET, SO_RCVBUFFORCE, static_cast<int>(wanted));
  return granted();
}

void keep_alive(const Fd& socket) {
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

std::uint64_t raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  (void)::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace yorozu::net
