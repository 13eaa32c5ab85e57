/// The one place where the program binds an address. The supervisor calls it; the server gets open sockets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "base/file.h"
#include "base/result.h"

namespace yorozu::process {

enum class Transport : std::uint8_t { Tcp, Udp, Unix };
std::string_view to_string(Transport transport);

/// A row of the table of listeners; the table is the truth about what is open.
struct ListenerSpec {
  std::string name;  ///< of the input: "syslog.udp"; "control"
  Transport transport = Transport::Tcp;
  net::Endpoint endpoint;            ///< TCP and UDP
  std::filesystem::path path;        ///< Unix
  std::uint64_t receive_buffer = 0;  ///< UDP, bytes; 0: the kernel's default
  std::string authentication;        ///< who may speak, in words: "network", "token", "root or the service user"
  bool operator==(const ListenerSpec&) const = default;
};

struct OpenListener {
  ListenerSpec spec;
  Fd fd;
  std::string address;               ///< what it is bound to: "0.0.0.0:41234" where port 0 was asked for; a path
  std::uint64_t receive_buffer = 0;  ///< UDP: what the kernel gave
};

/// Close-on-exec and non-blocking. A Unix socket replaces one that is left over, mode 0600. Errors: Denied (a port
/// below 1024 without the privilege), Conflict (in use), Io; with the address in the message.
Result<OpenListener> open_listener(const ListenerSpec& spec);

/// Every socket that the configuration names, and the control socket in `run_folder`.
std::vector<ListenerSpec> listeners_of(const config::Config& config, const std::filesystem::path& run_folder);

}  // namespace yorozu::process
