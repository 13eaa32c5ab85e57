/// Accepts TCP connections for whoever serves them: allowed networks, a limit over all and one for each address, both
/// counted. It never stops for lack of descriptors; it waits and goes on.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/file.h"
#include "base/result.h"
#include "net/address.h"
#include "net/io_loop.h"
#include "net/socket.h"

namespace yorozu::net {

struct ListenerLimits {
  AllowList allowed = {};
  std::size_t connections = 10000;
  std::size_t connections_per_address = 10000;
};

class TcpListener {
 public:
  /// Held by a connection as long as it lives; gives its place back. On the loop's thread.
  class Place;
  struct Accepted {
    Fd socket;  ///< non-blocking, TCP_NODELAY
    Endpoint peer;
    std::shared_ptr<Place> place;
  };
  /// `serve` is called on the loop's thread.
  using Serve = std::function<void(Accepted)>;

  static Result<std::unique_ptr<TcpListener>> open(IoLoop& loop, ListenOn on, ListenerLimits limits, Serve serve);
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;
  ~TcpListener();  ///< stop()

  /// Accepts nobody any more and closes the socket; connections live on. From any thread. Idempotent.
  void stop();
  Endpoint local() const { return local_; }

  std::size_t connections() const;           ///< open now
  std::uint64_t refused_by_limit() const;    ///< closed at once: too many
  std::uint64_t refused_by_network() const;  ///< closed at once: not an allowed network

 private:
  struct State;
  TcpListener(IoLoop& loop, Fd socket, Endpoint local, ListenerLimits limits, Serve serve);
  void accept_waiting();
  void wait(std::chrono::milliseconds pause);

  IoLoop& loop_;
  Fd socket_;
  Endpoint local_;
  ListenerLimits limits_;
  Serve serve_;
  std::shared_ptr<State> state_;  // shared with the places, which may outlive the listener
  std::unique_ptr<Watch> watch_;  ///< on the loop's thread; gone when stopped
  std::unique_ptr<Timer> pause_;
};

}  // namespace yorozu::net
