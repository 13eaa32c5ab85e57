/// Syslog over UDP (RFC 5426): a datagram is a frame. The sender cannot be slowed down, so what the intake has no room
/// for is dropped and counted, as is what the kernel had no room for.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "ingest/input.h"
#include "ingest/intake.h"
#include "ingest/source_profile.h"
#include "net/io_loop.h"
#include "net/socket.h"

namespace yorozu::ingest::syslog {

struct UdpOptions {
  std::string name = "syslog.udp";  ///< of the table in yorozu.toml
  net::ListenOn listen = {};
  net::AllowList allowed = {};  ///< others are dropped and counted
  SourceProfiles sources = {};
  std::uint32_t receive_buffer = std::uint32_t{8} << 20;
  std::function<Timestamp()> now = {};
};

/// `intake`, `loop` outlive it.
std::unique_ptr<Input> make_udp_input(UdpOptions options, net::IoLoop& loop, Intake& intake);

}  // namespace yorozu::ingest::syslog
