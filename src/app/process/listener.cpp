#include "app/process/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "base/assert.h"
#include "base/try.h"

namespace yorozu::process {

namespace {

constexpr int kBacklog = 4096;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress socket_address(const config::Endpoint& endpoint) {
  SocketAddress out;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (inet_pton(AF_INET, endpoint.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    out.size = sizeof *v4;
  } else {
    const int parsed = inet_pton(AF_INET6, endpoint.address.c_str(), &v6->sin6_addr);
    YOROZU_ASSERT(parsed == 1, "an Endpoint holds a numeric address");
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    out.size = sizeof *v6;
  }
  return out;
}

config::Endpoint bound_to(int fd, config::Endpoint endpoint) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (getsockname(fd, address.get(), &address.size) == 0)
    endpoint.port = ntohs(address.storage.ss_family == AF_INET
                              ? reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port
                              : reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port);
  return endpoint;
}

std::unexpected<Error> bind_error(const std::string& address, int error) {
  switch (error) {
    case EACCES:
      return fail(ErrorCode::Denied, address + ": not allowed (ports below 1024 need root or CAP_NET_BIND_SERVICE)");
    case EADDRINUSE:
      return fail(ErrorCode::Conflict, address + ": another program listens there already");
    case EADDRNOTAVAIL:
      return fail(ErrorCode::NotFound, address + ": this machine does not have the address");
    default:
      return fail(ErrorCode::Io, address + ": " + std::strerror(error));
  }
}

bool set_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/// Root may go beyond net.core.rmem_max; others get what the kernel allows. Gives what it became.
std::uint64_t set_receive_buffer(int fd, std::uint64_t bytes) {
  const int wanted = static_cast<int>(std::min<std::uint64_t>(bytes, std::numeric_limits<int>::max() / 2));
  if (bytes != 0 && !set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, wanted)) set_option(fd, SOL_SOCKET, SO_RCVBUF, wanted);
  int got = 0;
  socklen_t size = sizeof got;
  getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &size);
  return static_cast<std::uint64_t>(got) / 2;  // the kernel doubles it for its own records
}

Result<OpenListener> open_network(const ListenerSpec& spec) {
  SocketAddress address = socket_address(spec.endpoint);
  const std::string name = to_text(spec.endpoint);
  const int type = spec.transport == Transport::Udp ? SOCK_DGRAM : SOCK_STREAM;
  OpenListener out{spec, Fd(socket(address.storage.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), {}, 0};
  if (!out.fd) return bind_error(name, errno);
  // So that a restart does not wait for connections that linger. Not for UDP: two could then share a port silently.
  if (type == SOCK_STREAM) set_option(out.fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.storage.ss_family == AF_INET6) set_option(out.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (type == SOCK_DGRAM) out.receive_buffer = set_receive_buffer(out.fd.get(), spec.receive_buffer);
  if (bind(out.fd.get(), address.get(), address.size) != 0) return bind_error(name, errno);
  if (type == SOCK_STREAM && listen(out.fd.get(), kBacklog) != 0) return bind_error(name, errno);
  out.address = to_text(bound_to(out.fd.get(), spec.endpoint));
  return out;
}

/// sockaddr_un holds 107 bytes: the folder is opened and named by its descriptor, so that any path will do.
Result<OpenListener> open_unix(const ListenerSpec& spec) {
  const Fd folder(::open(spec.path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return bind_error(spec.path.string(), errno);
  const std::string short_path = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + spec.path.filename().string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (short_path.size() >= sizeof address.sun_path)
    return fail(ErrorCode::InvalidInput, spec.path.string() + ": too long");
  std::memcpy(address.sun_path, short_path.c_str(), short_path.size() + 1);
  OpenListener out{spec, Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), spec.path.string(), 0};
  if (!out.fd) return bind_error(spec.path.string(), errno);
  unlinkat(folder.get(), spec.path.filename().c_str(), 0);
  const mode_t before = umask(0177);
  const bool bound = bind(out.fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  umask(before);
  if (!bound) return bind_error(spec.path.string(), error);
  if (listen(out.fd.get(), kBacklog) != 0) return bind_error(spec.path.string(), errno);
  return out;
}

constexpr std::uint64_t kMib = std::uint64_t{1} << 20;

}  // namespace

std::string_view to_string(Transport transport) {
  switch (transport) {
    case Transport::Tcp:
      return "tcp";
    case Transport::Udp:
      return "udp";
    case Transport::Unix:
      break;
  }
  return "unix";
}

Result<OpenListener> open_listener(const ListenerSpec& spec) {
  return spec.transport == Transport::Unix ? open_unix(spec) : open_network(spec);
}

std::vector<ListenerSpec> listeners_of(const config::Config& config, const std::filesystem::path& run_folder) {
  std::vector<ListenerSpec> out = {
      {"control", Transport::Unix, {}, run_folder / "control.sock", 0, "root or the service user"}};
  const auto add = [&](const char* name, const config::Listener& listener, const char* authentication,
                       Transport transport = Transport::Tcp, std::uint64_t receive_buffer = 0) {
    if (listener.enabled) out.push_back({name, transport, listener.listen, {}, receive_buffer, authentication});
  };
  using enum config::ClientCertificate;
  add("syslog.udp", config.syslog_udp, "network", Transport::Udp, config.syslog_udp.receive_buffer_mib * kMib);
  add("syslog.tcp", config.syslog_tcp, "network");
  add("syslog.tls", config.syslog_tls,
      config.syslog_tls.client_certificate == Required ? "network, certificate" : "network, TLS");
  add("relp", config.relp, "network");
  add("bulk", config.bulk, "network, TLS, token");
  add("hec", config.hec, "network, TLS, token");
  return out;
}

}  // namespace yorozu::process
