/// The server's side of the control socket. One thread accepts, each connection has a thread of its own: there are few.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <thread>

#include "base/file.h"
#include "base/result.h"

namespace yorozu::control {

/// The other end, as the kernel says.
struct Peer {
  std::uint32_t uid = 0;
  std::int32_t pid = 0;
};

/// One request while it is answered.
class Call {
 public:
  Call(int fd, Peer peer, Fd passed) : fd_(fd), peer_(peer), passed_(std::move(passed)) {}
  const Peer& peer() const { return peer_; }
  /// A line in front of the answer, as `tail` has many. False: nobody reads any more.
  bool send(const nlohmann::json& line) const;
  /// The same for a line that is text already: one JSON object without line feed.
  bool send_text(std::string_view line) const;
  /// True as soon as the other end has closed or the server stops.
  bool is_over() const;
  /// The file that came with the request; none: none.
  Fd take_file() { return std::move(passed_); }

 private:
  int fd_;
  Peer peer_;
  Fd passed_;
};

/// Gives what stands in the answer beside "ok". Runs on the connection's thread.
using Handler = std::function<Result<nlohmann::json>(const nlohmann::json& request, Call& call)>;

class Server {
 public:
  static constexpr std::size_t kMaxConnections = 32;

  /// Handlers by the word of "do". `listener` listens already.
  Server(Fd listener, std::map<std::string, Handler> handlers);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Ends every connection and waits for its handler. Idempotent.
  void stop();

 private:
  struct Connection {
    Fd fd;
    std::jthread thread;
    bool is_done = false;
  };
  void accept_all(const std::stop_token& stop);
  void serve(int fd);
  void answer(int fd, const nlohmann::json& request, Call& call);
  void sweep();

  Fd listener_;
  const std::map<std::string, Handler> handlers_;
  Fd stopping_;
  std::mutex mutex_;  // guards connections_
  std::list<Connection> connections_;
  std::jthread accepting_;
};

}  // namespace yorozu::control
