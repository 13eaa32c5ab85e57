/// Syslog over connections: TCP (RFC 6587), TLS (RFC 5425) and RELP. When the intake is full nothing more is read, so
/// the senders wait. One loop thread serves thousands of connections; an idle one costs 1.3 kB, with TLS 16 kB.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "ingest/input.h"
#include "ingest/intake.h"
#include "ingest/source_profile.h"
#include "ingest/syslog/protocol.h"
#include "net/io_loop.h"
#include "net/stream.h"
#include "net/tcp_listener.h"

namespace yorozu::ingest::syslog {

struct StreamTimeouts {
  std::chrono::milliseconds handshake = std::chrono::seconds(20);   ///< of TLS
  std::chrono::milliseconds first_frame = std::chrono::minutes(5);  ///< a connection that has never sent a frame
  std::chrono::milliseconds frame = std::chrono::minutes(5);        ///< from the first byte of a frame to its last
  /// Without any byte. Long: a plain TCP sender that we hang up on may lose its next message. Peers that vanished are
  /// found by keep-alive within minutes.
  std::chrono::milliseconds idle = std::chrono::hours(12);
  std::chrono::milliseconds stop = std::chrono::seconds(5);  ///< how long stop() waits for room and for commits
};

struct StreamOptions {
  std::string name;   ///< of the table in yorozu.toml
  std::string input;  ///< name in the archive: "syslog.tcp", "syslog.tls", "relp"
  net::ListenOn listen = {};
  net::ListenerLimits limits = {};
  StreamTimeouts timeouts = {};
  SourceProfiles sources = {};  ///< a sender beyond its rate is read more slowly; nothing is dropped
  MakeProtocol protocol = make_plain_protocol;
  std::function<std::unique_ptr<net::Stream>(Fd)> stream = net::make_plain_stream;  ///< or TLS
  std::size_t pending_bytes = std::size_t{32} << 20;  ///< for long unfinished frames of all connections
  std::function<Timestamp()> now = {};
  /// Told about connections that ended for a reason a person should know (a refused certificate, say), on the loop's
  /// thread, as often as it happens.
  std::function<void(std::string_view)> report = {};
};

/// `intake`, `loop` outlive it; callbacks of the intake may come after its end, but not after that of the loop.
std::unique_ptr<Input> make_stream_input(StreamOptions options, net::IoLoop& loop, Intake& intake);

}  // namespace yorozu::ingest::syslog
