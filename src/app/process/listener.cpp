#include "app/process/listener.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/try.h"
#include "net/socket.h"

namespace yorozu::process {

namespace {

constexpr int kBacklog = 4096;

std::unexpected<Error> bind_error(const std::string& path, int error) {
  return fail(error == EACCES ? ErrorCode::Denied : ErrorCode::Io, path + ": " + std::strerror(error));
}

Result<OpenListener> open_network(const ListenerSpec& spec) {
  OpenListener out{spec, {}, {}, 0};
  if (spec.transport == Transport::Udp) {
    TRY_ASSIGN(out.fd, net::bind_udp(spec.endpoint));
    if (spec.receive_buffer != 0)
      out.receive_buffer = net::grow_receive_buffer(out.fd, static_cast<std::uint32_t>(spec.receive_buffer));
  } else {
    TRY_ASSIGN(out.fd, net::listen_tcp(spec.endpoint, kBacklog));
  }
  TRY_ASSIGN(const net::Endpoint bound, net::local_endpoint(out.fd));
  out.address = bound.text();
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
  add("console", config.console, "network, TLS, token");
  return out;
}

}  // namespace yorozu::process
