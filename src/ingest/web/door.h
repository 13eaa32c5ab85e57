/// One HTTPS listener and the inputs behind it. Inputs put their routes into it when they are made; the first that
/// starts opens it, the last that stops closes it. Everything here is on one loop.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "access/token_store.h"
#include "http/server.h"
#include "net/io_loop.h"

namespace yorozu::ingest::web {

struct DoorOptions {
  net::Endpoint address;
  std::optional<net::ListenOn> bound;  ///< a socket that is bound already, instead of `address`
  net::ListenerLimits listener;
  http::ServerLimits limits;
  std::function<std::unique_ptr<net::Stream>(Fd)> make_stream;  ///< TLS
  std::function<Timestamp()> now;
};

class Door {
 public:
  /// `loop` outlives the door.
  Door(net::IoLoop& loop, DoorOptions options);
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  ~Door();  ///< shut()

  /// Until open().
  http::Router& router() { return router_; }
  Result<void> open();
  /// One of those that called open() takes nothing new any more; with the last of them the door lets nobody in, and
  /// connections end with their answer.
  void leave();
  /// Waits a little for answers on their way, then closes all connections; routes are not called after this. Called
  /// before anything goes that a route refers to. Idempotent.
  void shut();

  std::string address() const;
  std::uint16_t port() const;
  std::uint64_t connections() const;
  Timestamp now() const { return options_.now(); }

 private:
  net::IoLoop& loop_;
  DoorOptions options_;
  http::Router router_;
  mutable std::mutex mutex_;  // guards server_ and users_
  std::unique_ptr<http::Server> server_;
  int users_ = 0;
};

/// Whether a request shows a token that is good for `scope`; then head.principal is its public id.
struct Unwelcome {
  unsigned status = 401;  ///< 401: nothing that we know; 403: known, but not for this
  access::Refusal refusal = access::Refusal::Malformed;
  std::string reason;
};
std::optional<Unwelcome> look_at_token(access::TokenStore& tokens, access::Scope scope, http::RequestHead& head);
/// As a refusal of our own routes.
std::optional<http::Response> admit_token(access::TokenStore& tokens, access::Scope scope, http::RequestHead& head);

}  // namespace yorozu::ingest::web
