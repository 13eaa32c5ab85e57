#include "app/control/server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/control/json_line.h"

namespace yorozu::control {

namespace {

using nlohmann::json;

constexpr int kLookAgainMs = 1000;

std::optional<Peer> peer_of(int fd) {
  ucred who{};
  socklen_t size = sizeof who;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return std::nullopt;
  return Peer{who.uid, who.pid};
}

json error_answer(const Error& error) {
  return {{"ok", false}, {"error", {{"code", to_string(error.code)}, {"message", error.message}}}};
}

}  // namespace

bool Call::send(const json& line) const {
  return write_line(fd_, line).has_value();
}

bool Call::send_text(std::string_view line) const {
  return write_text_line(fd_, line).has_value();
}

bool Call::is_over() const {
  pollfd fd{fd_, POLLRDHUP, 0};
  return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

Server::Server(Fd listener, std::map<std::string, Handler> handlers)
    : listener_(std::move(listener)),
      handlers_(std::move(handlers)),
      stopping_(eventfd(0, EFD_CLOEXEC)),
      accepting_([this](const std::stop_token& stop) { accept_all(stop); }) {}

Server::~Server() {
  stop();
}

void Server::stop() {
  accepting_.request_stop();
  eventfd_write(stopping_.get(), 1);  // the listener itself is shared with the supervisor and must stay as it is
  if (accepting_.joinable()) accepting_.join();
  std::list<Connection> connections;
  {
    const std::lock_guard lock(mutex_);
    for (const Connection& connection : connections_) shutdown(connection.fd.get(), SHUT_RDWR);
    connections.swap(connections_);
  }
  // Joined here, without the lock that each takes at its end.
}

void Server::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd fds[] = {{listener_.get(), POLLIN, 0}, {stopping_.get(), POLLIN, 0}};
    const int ready = poll(fds, 2, kLookAgainMs);
    sweep();
    if (ready <= 0 || (fds[0].revents & POLLIN) == 0) continue;
    Fd accepted(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted) continue;
    const std::lock_guard lock(mutex_);
    if (connections_.size() >= kMaxConnections) {
      (void)write_line(accepted.get(), error_answer({ErrorCode::Overloaded, "too many commands at a time"}));
      continue;
    }
    Connection& connection = connections_.emplace_back();
    connection.fd = std::move(accepted);
    connection.thread = std::jthread([this, &connection] {
      serve(connection.fd.get());
      shutdown(connection.fd.get(), SHUT_RDWR);
      const std::lock_guard done(mutex_);
      connection.is_done = true;
    });
  }
}

/// Ends what is done: joins threads that are at their end, without the lock they take there.
void Server::sweep() {
  std::list<Connection> done;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto here = it++;
      if (here->is_done) done.splice(done.end(), connections_, here);
    }
  }
}

void Server::serve(int fd) {
  const auto peer = peer_of(fd);
  if (!peer || (peer->uid != 0 && peer->uid != geteuid())) {
    (void)write_line(fd, error_answer({ErrorCode::Denied, "only root and the user of the server may ask"}));
    return;
  }
  LineReader reader(fd);
  for (;;) {
    auto request = reader.next();
    if (!request) {
      (void)write_line(fd, error_answer(request.error()));
      return;
    }
    if (!*request) return;
    Call call(fd, *peer, reader.take_fd());
    answer(fd, **request, call);
  }
}

void Server::answer(int fd, const json& request, Call& call) {
  const std::string what = request.contains("do") && request["do"].is_string() ? request["do"].get<std::string>() : "";
  const auto handler = handlers_.find(what);
  if (handler == handlers_.end()) {
    (void)write_line(fd, error_answer({ErrorCode::Unsupported, "no such request: \"" + what + "\""}));
    return;
  }
  json out;
  try {  // the last resort of this connection: requests of the wrong shape
    auto result = handler->second(request, call);
    if (result) {
      out = std::move(*result);
      out["ok"] = true;
    } else {
      out = error_answer(result.error());
    }
  } catch (const json::exception& error) {
    out = error_answer({ErrorCode::InvalidInput, std::string("request of the wrong shape: ") + error.what()});
  } catch (const std::exception& error) {
    out = error_answer({ErrorCode::Internal, error.what()});
  }
  (void)write_line(fd, out);
}

}  // namespace yorozu::control
