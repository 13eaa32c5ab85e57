/// Syslog over UDP (RFC 5426): a datagram is a frame. The sender cannot be slowed down, so what the intake has no room
/// for is dropped and counted, as is what the kernel had no room for.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "event/source_class.h"
#include "ingest/input.h"
#include "ingest/intake.h"
#include "ingest/syslog/rate_limit.h"
#include "net/io_loop.h"
#include "net/socket.h"

namespace yorozu::ingest::syslog {

struct UdpOptions {
  std::string name = "syslog.udp";  ///< of the table in yorozu.toml
  net::ListenOn listen = {};
  net::AllowList allowed = {};  ///< others are dropped and counted
  event::SourceClass source_class = event::SourceClass::Other;
  std::uint32_t receive_buffer = std::uint32_t{8} << 20;
  RateLimit rate = {};
  std::function<Timestamp()> now = {};
};

/// `intake`, `loop` outlive it.
std::unique_ptr<Input> make_udp_input(UdpOptions options, net::IoLoop& loop, Intake& intake);

}  // namespace yorozu::ingest::syslog
