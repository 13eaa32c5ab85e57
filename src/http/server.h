/// An HTTP/1.1 server on one loop: connections, limits, and the way from bytes to a Route and back. It knows no domain.
///
/// One request of a connection at a time, in order: what a client sends ahead (pipelining) waits in the socket. Answers
/// may come later and from any thread. Slow clients meet deadlines, large ones limits, and all bodies together a bound
/// of memory, beyond which requests are refused with 429 before they are read.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "base/time.h"
#include "http/router.h"
#include "net/io_loop.h"
#include "net/stream.h"
#include "net/tcp_listener.h"

namespace yorozu::http {

struct ServerLimits {
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds head{20'000};   ///< from its first byte to its last
  std::chrono::milliseconds idle{120'000};  ///< between requests
  std::chrono::milliseconds body{30'000};   ///< for each further 64 KiB of a body
  std::chrono::milliseconds write{30'000};  ///< for each further 64 KiB of an answer
  std::chrono::milliseconds ping{30'000};   ///< a WebSocket on which nothing came for that long is asked, then closed
  std::chrono::milliseconds linger{2'000};  ///< after the last answer, so that it is not lost with what is still coming
  std::uint64_t body_memory = std::uint64_t{128} << 20;  ///< of all requests that are being read or answered
};

struct ServerOptions {
  net::ListenOn on = net::Endpoint{};
  net::ListenerLimits listener;
  ServerLimits limits;
  std::function<std::unique_ptr<net::Stream>(Fd)> make_stream;  ///< TLS or plain
  std::function<Timestamp()> now;
};

struct ServerCounters {
  std::uint64_t connections = 0;   ///< open now
  std::uint64_t requests = 0;      ///< complete heads
  std::uint64_t refused_busy = 0;  ///< 429 for lack of body memory
  std::uint64_t bad_requests = 0;  ///< no HTTP
  std::uint64_t timed_out = 0;
  std::uint64_t sockets = 0;           ///< WebSockets opened
  std::uint64_t sockets_too_slow = 0;  ///< let go because their client did not read
};

class Server {
 public:
  /// `loop` outlives the server. Errors: the address cannot be had.
  static Result<std::unique_ptr<Server>> open(net::IoLoop& loop, ServerOptions options, Router router);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Closes every connection, answered or not; answers that come later go nowhere. Not from the loop's thread.
  ~Server();

  net::Endpoint local() const;
  /// Accepts nobody new, closes idle connections, ends the others with their answer. From any thread. Idempotent.
  void stop();
  /// Waits until every connection is gone; false when `limit` passed first.
  bool drain(std::chrono::milliseconds limit);
  ServerCounters counters() const;

 private:
  struct Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with connections
};

}  // namespace yorozu::http
