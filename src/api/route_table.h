/// The one table of the API's routes: who may ask what, and which function answers. There is no default that allows: a
/// route that is not here does not exist, and each row says whom it lets in. docs/openapi.yaml says the same for
/// people; a test holds both together.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "access/token_store.h"
#include "api/call.h"
#include "http/router.h"

namespace yorozu::api {

enum class Admit : std::uint8_t {
  Token,            ///< a token with the scope
  TokenOrLoopback,  ///< the same, or who speaks from this machine
  Everybody,
};

/// Answers on a thread that may read.
using Answer = http::Response (*)(Context&, const Call&);
/// Begins something that goes on, on the thread of the server: must not block.
using Begin = void (*)(Context&, const Call&, const http::Reply&);
/// Opens a WebSocket; likewise.
using Open = std::expected<std::unique_ptr<http::SocketSession>, http::Response> (*)(Context&, const Call&,
                                                                                     const http::SocketSender&);

struct ApiRoute {
  std::string_view method;
  std::string_view path;
  Admit admit = Admit::Token;
  access::Scope scope = access::Scope::Admin;  ///< of Token and TokenOrLoopback
  std::variant<Answer, Begin, Open> handler;
  std::string_view summary;
};

std::span<const ApiRoute> route_table();

}  // namespace yorozu::api
