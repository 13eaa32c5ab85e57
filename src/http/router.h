/// The table of routes of one server: who answers what, how large a body may be, and who is let in before it is read.
/// There is no default that accepts: what no route names is 404 or 405. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/outgoing.h"

namespace yorozu::http {

/// Tells whoever works on an answer that nobody waits for it any more. Thread-safe.
class ClientGone {
 public:
  /// Calls `told` once, on the thread of the server, which it must not hold up; at once when it has happened already.
  void when(std::function<void()> told);
  bool is_awaited() const;
  /// By the connection: it ends before the answer does; the answer is complete.
  void signal();
  void forget();

 private:
  mutable std::mutex mutex_;  // guards all below
  bool is_gone_ = false;
  std::vector<std::function<void()>> told_;
};

/// Answers one request: called once, from any thread. When the last copy goes away without an answer, the peer gets
/// 500.
class Reply {
 public:
  using Make = std::function<Response()>;
  using Send = std::function<void(Make)>;
  Reply(Send send, std::shared_ptr<ClientGone> client);
  void operator()(Response response) const;
  /// `make` is called on the thread of the server, and only when there is still somebody to answer: for whoever must
  /// not spend time where he is (the committing thread).
  void later(Make make) const;
  /// Begins an answer whose body comes piece by piece, chunked (RFC 9112 section 7.1); `head.body` is not looked at.
  void stream(Response head, std::shared_ptr<Outgoing> body) const;
  /// To be told when the client goes away before it has the whole answer: a half-closed connection counts as gone. Set
  /// before the handler returns, else nobody looks.
  void when_gone(std::function<void()> told) const { client_->when(std::move(told)); }

 private:
  struct Once;
  std::shared_ptr<ClientGone> client_;
  std::shared_ptr<Once> once_;  // shared: std::function, which carries it, wants copies
};

/// Takes a body as it comes, for bodies that are not held in memory. Called on the loop's thread; must not block.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// `bytes` live until `done` was called, once, from any thread; nothing more comes before that. An error: the body is
  /// not wanted any more, answer with finish().
  virtual void take(std::string_view bytes, std::function<void(Result<void>)> done) = 0;
  /// The body is complete, or `take` failed. Not called when the peer went away: then the stream is destroyed.
  virtual void finish(Reply reply) = 0;
};

/// One WebSocket (RFC 6455), the server's end. Called on the loop's thread; must not block. Destroyed when it is over.
class SocketSession {
 public:
  virtual ~SocketSession() = default;
  /// A whole text message; binary ones end the connection.
  virtual void message(std::string_view text) = 0;
};

/// Says something on a WebSocket. Any thread; the socket may be over.
class SocketSender {
 public:
  explicit SocketSender(std::shared_ptr<Outgoing> outgoing, std::function<void()> too_slow)
      : outgoing_(std::move(outgoing)), too_slow_(std::move(too_slow)) {}
  /// One text message; never waits. A client that does not keep up with reading is told so with status 1013 and
  /// `last_words`, counted, and let go.
  enum class Said { Taken, TooSlow, Over };
  Said send(std::string_view text, std::string_view last_words = {}) const;
  /// Ends it with a status of RFC 6455 section 7.4 and at most 123 bytes for people.
  void close(std::uint16_t status, std::string_view reason) const;

 private:
  std::shared_ptr<Outgoing> outgoing_;
  std::function<void()> too_slow_;  ///< counts
};

struct Route {
  std::string methods;         ///< "GET", "PUT,POST"; GET answers HEAD too, unless another route does
  std::string pattern;         ///< "/{index}/_bulk": a {name} stands for one segment that is not empty
  std::uint64_t max_body = 0;  ///< bytes, before and after decoding
  /// Looked at before the body is read: a Response refuses. Required, so that no route is open by forgetting. It may
  /// note in the head who came (`principal`).
  std::function<std::optional<Response>(RequestHead&)> admit;
  /// One of the three.
  std::function<void(Request, Reply)> answer;
  std::function<std::unique_ptr<BodyStream>(const RequestHead&)> open_body;
  /// Opens a WebSocket, or says why not. Methods: GET.
  std::function<std::expected<std::unique_ptr<SocketSession>, Response>(const RequestHead&, SocketSender)> open_socket;
  std::string socket_protocol;  ///< its name, when the client may name it (Sec-WebSocket-Protocol)
  /// How this route words what the server itself refuses (too large, too busy, unreadable): status and reason.
  std::function<Response(unsigned status, std::string_view reason)> refuse;
};

std::optional<Response> admit_everybody(RequestHead&);

class Router {
 public:
  void add(Route route);

  struct Found {
    const Route* route = nullptr;  ///< nullptr: nobody answers
    std::vector<std::string> parameters;
    std::string allowed;  ///< methods that this path knows; "": unknown path
  };
  /// The route that fits with the fewest parameters; of equals the one that was added first.
  Found find(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> segments_;  ///< of each pattern
};

}  // namespace yorozu::http
