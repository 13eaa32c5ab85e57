#include "ingest/web/door.h"

#include "base/try.h"
#include "ingest/web/authorization.h"

namespace yorozu::ingest::web {
namespace {

constexpr std::chrono::seconds kLastAnswers{3};

std::string reason_of(access::Refusal refusal) {
  switch (refusal) {
    case access::Refusal::Malformed:
      return "no token";
    case access::Refusal::Unknown:
      return "the token is not known";
    case access::Refusal::Expired:
      return "the token has expired";
    case access::Refusal::Revoked:
      return "the token was revoked";
    case access::Refusal::MissingScope:
      return "the token is not for this";
  }
  return {};
}

}  // namespace

Door::Door(net::IoLoop& loop, DoorOptions options) : loop_(loop), options_(std::move(options)) {
  http::Route health;
  health.methods = "GET";
  health.pattern = "/healthz";
  health.admit = http::admit_everybody;
  health.answer = [](const http::Request&, const http::Reply& reply) {
    http::Response response;
    response.content_type = "application/json";
    response.body = R"({"status":"ok"})";
    reply(std::move(response));
  };
  router_.add(std::move(health));
}
Door::~Door() {
  shut();
}

Result<void> Door::open() {
  const std::lock_guard lock(mutex_);
  if (!server_) {
    http::ServerOptions options;
    options.on = options_.bound ? std::move(*options_.bound) : net::ListenOn(options_.address);
    options_.bound.reset();
    options.listener = options_.listener;
    options.limits = options_.limits;
    options.make_stream = options_.make_stream;
    options.now = options_.now;
    TRY_ASSIGN(server_, http::Server::open(loop_, std::move(options), router_));
  }
  ++users_;
  return {};
}

void Door::leave() {
  const std::lock_guard lock(mutex_);
  if (users_ > 0 && --users_ == 0 && server_) server_->stop();
}

void Door::shut() {
  std::unique_ptr<http::Server> server;
  {
    const std::lock_guard lock(mutex_);
    server = std::move(server_);
  }
  if (!server) return;
  server->stop();
  server->drain(kLastAnswers);
}

std::string Door::address() const {
  const std::lock_guard lock(mutex_);
  return server_ ? server_->local().text() : options_.address.text();
}
std::uint16_t Door::port() const {
  const std::lock_guard lock(mutex_);
  return server_ ? server_->local().port : 0;
}
std::uint64_t Door::connections() const {
  const std::lock_guard lock(mutex_);
  return server_ ? server_->counters().connections : 0;
}

std::optional<Unwelcome> look_at_token(access::TokenStore& tokens, access::Scope scope, http::RequestHead& head) {
  const auto token = token_in(head.headers.value_or("authorization"));
  auto id = token ? tokens.check(*token, scope) : std::unexpected(access::Refusal::Malformed);
  if (id) {
    head.principal = *std::move(id);
    return std::nullopt;
  }
  const unsigned status = id.error() == access::Refusal::MissingScope ? 403 : 401;
  return Unwelcome{status, id.error(), reason_of(id.error())};
}

std::optional<http::Response> admit_token(access::TokenStore& tokens, access::Scope scope, http::RequestHead& head) {
  const auto unwelcome = look_at_token(tokens, scope, head);
  if (!unwelcome) return std::nullopt;
  http::Response response = http::problem(unwelcome->status, http::reason_phrase(unwelcome->status), unwelcome->reason);
  if (unwelcome->status == 401) response.headers.add("WWW-Authenticate", "Bearer realm=\"yorozu\"");
  return response;
}

}  // namespace yorozu::ingest::web
