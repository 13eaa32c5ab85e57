#include "api/api.h"

#include <utility>

#include "api/call.h"
#include "api/route_table.h"
#include "http/entity_tag.h"

namespace yorozu::api {
namespace {

using message::Id;

constexpr std::uint64_t kMaxBody = std::uint64_t{256} << 10;

/// Bearer TOKEN (RFC 6750). Browsers cannot send that header with a WebSocket: there the token may stand among the
/// names of protocols, and is never answered.
std::string_view token_of(const http::RequestHead& head) {
  std::string_view text = head.headers.value_or("authorization");
  constexpr std::string_view kBearer = "bearer ";
  if (text.size() > kBearer.size() && http::equal_without_case(text.substr(0, kBearer.size()), kBearer))
    return text.substr(kBearer.size());
  std::string_view protocols = head.headers.value_or("sec-websocket-protocol");
  const std::size_t begin = protocols.find("yrz_");
  if (!text.empty() || begin == std::string_view::npos) return {};
  protocols.remove_prefix(begin);
  return protocols.substr(0, protocols.find_first_of(", "));
}

Id words_of(access::Refusal refusal) {
  switch (refusal) {
    case access::Refusal::Malformed:
    case access::Refusal::MissingScope:
      return Id::ApiNoToken;
    case access::Refusal::Unknown:
      return Id::ApiTokenUnknown;
    case access::Refusal::Expired:
      return Id::ApiTokenExpired;
    case access::Refusal::Revoked:
      return Id::ApiTokenRevoked;
  }
  return Id::ApiNoToken;
}

bool is_loopback(std::string_view peer) {
  return peer.starts_with("127.") || peer == "::1";
}

http::Response too_many(const Call& call, const http::RateLimiter& limiter, const http::RateLimiter::Verdict& verdict) {
  http::Response response = make_problem(call.asker, Problem::RateLimited,
                                         message::format(call.asker.lang, Id::ApiRateLimited, verdict.wait_s));
  limiter.add_headers(verdict, response);
  return response;
}

/// Whom a route lets in: cheap checks first, so that guessing tokens is slow.
class Admission {
 public:
  Admission(Context& context, const ApiRoute& route) : context_(context), route_(route) {}

  std::optional<http::Response> operator()(http::RequestHead& head) const {
    Call call;
    call.asker = {language_of(head.headers.value_or("accept-language")), context_.make_request_id()};
    call.headers.add("X-Request-Id", call.asker.request_id);
    auto refusal = check(head, call);
    if (refusal) call.finish(context_, *refusal);
    return refusal;
  }

 private:
  std::optional<http::Response> check(http::RequestHead& head, const Call& call) const {
    const auto verdict = context_.by_address.take(head.peer, context_.options.now());
    if (!verdict.allowed) {
      ++context_.counters->rate_limited;
      return too_many(call, context_.by_address, verdict);
    }
    if (route_.admit == Admit::Everybody) return std::nullopt;
    const std::string_view token = token_of(head);
    if (route_.admit == Admit::TokenOrLoopback && token.empty() && is_loopback(head.peer)) return std::nullopt;
    auto id = context_.tokens.check(token, route_.scope);
    if (!id) return refuse(id.error(), call);
    head.principal = *std::move(id);
    return std::nullopt;
  }

  http::Response refuse(access::Refusal refusal, const Call& call) const {
    if (refusal == access::Refusal::MissingScope)
      return make_problem(call.asker, Problem::ScopeMissing,
                          message::format(call.asker.lang, Id::ApiScopeMissing, access::to_string(route_.scope)));
    http::Response response = call.problem(Problem::Unauthorized, words_of(refusal));
    response.headers.add("WWW-Authenticate", refusal == access::Refusal::Malformed
                                                 ? "Bearer realm=\"yorozu\""
                                                 : "Bearer realm=\"yorozu\", error=\"invalid_token\"");
    return response;
  }

  Context& context_;
  const ApiRoute& route_;
};

Call make_call(Context& context, http::RequestHead head, std::string body) {
  Call call;
  call.asker = {language_of(head.headers.value_or("accept-language")), context.make_request_id(),
                context.options.report};
  call.now = context.options.now();
  call.head = std::move(head);
  call.body = std::move(body);
  call.headers.add("X-Request-Id", call.asker.request_id);
  call.headers.add("Cache-Control", "no-store");
  call.headers.add("X-Content-Type-Options", "nosniff");
  return call;
}

/// Takes one request of the token; a Response refuses.
std::optional<http::Response> pay(Context& context, Call& call) {
  if (call.head.principal.empty()) return std::nullopt;
  const auto verdict = context.by_token.take(call.head.principal, call.now);
  if (!verdict.allowed) {
    ++context.counters->rate_limited;
    return too_many(call, context.by_token, verdict);
  }
  http::Response carrier;
  context.by_token.add_headers(verdict, carrier);
  for (const auto& [name, value] : carrier.headers.all()) call.headers.add(name, value);
  return std::nullopt;
}

/// A POST with an Idempotency-Key is done once.
http::Response answer_once(Context& context, const Call& call, Answer answer) {
  const std::string key(call.head.headers.value_or("idempotency-key"));
  if (call.head.method != "POST" || key.empty()) return answer(context, call);
  if (key.size() > http::IdempotencyKeys::kMaxKey)
    return call.problem(BadParameter{"Idempotency-Key", BadParameter::Reason::Malformed, "at most 200 bytes"});
  const std::string scope = call.head.principal + " " + call.head.path;
  auto begun = context.keys.begin(scope, key, call.body, call.now);
  switch (begun.outcome) {
    case http::IdempotencyKeys::Outcome::Known:
      return std::move(begun.answer);
    case http::IdempotencyKeys::Outcome::Running:
      return call.problem(Problem::KeyRunning, Id::ApiRepeatedTooSoon);
    case http::IdempotencyKeys::Outcome::OtherBody:
      return call.problem(Problem::KeyReused, Id::ApiRepeatedElsewhere);
    case http::IdempotencyKeys::Outcome::New:
      break;
  }
  http::Response response = answer(context, call);
  if (response.status < 300)
    context.keys.finish(scope, key, response);
  else
    context.keys.forget(scope, key);
  return response;
}

void answer_call(Context& context, const std::shared_ptr<Call>& call, Answer answer, const http::Reply& reply) {
  const auto work = [&context, call, answer, reply] {
    http::Response response;
    try {
      response = answer_once(context, *call, answer);
      if (call->head.method == "GET" || call->head.method == "HEAD") http::make_conditional(call->head, response);
    } catch (const std::exception& error) {  // memory, or a bug that one request must not make everybody's
      call->asker.tell(error.what());
      response = call->problem(Problem::Internal, Id::ApiWrong);
    }
    call->finish(context, response);
    reply(std::move(response));
  };
  if (context.workers.post(work)) return;
  http::Response busy = call->problem(Problem::Busy, Id::ApiTooBusy);
  busy.headers.add("Retry-After", "1");
  call->finish(context, busy);
  reply(std::move(busy));
}

void serve(Context& context, const ApiRoute& route, http::Request request, const http::Reply& reply) {
  const auto call = std::make_shared<Call>(make_call(context, std::move(request.head), std::move(request.body)));
  if (auto refusal = pay(context, *call)) {
    call->finish(context, *refusal);
    return reply(std::move(*refusal));
  }
  if (const Answer* const answer = std::get_if<Answer>(&route.handler))
    answer_call(context, call, *answer, reply);
  else if (const Begin* const begin = std::get_if<Begin>(&route.handler))
    (*begin)(context, *call, reply);
}

std::expected<std::unique_ptr<http::SocketSession>, http::Response> open_socket(Context& context, Open open,
                                                                                const http::RequestHead& head,
                                                                                const http::SocketSender& sender) {
  Call call = make_call(context, head, {});
  if (auto refusal = pay(context, call)) {
    call.finish(context, *refusal);
    return std::unexpected(std::move(*refusal));
  }
  auto session = open(context, call, sender);
  if (!session) call.finish(context, session.error());
  return session;
}

http::Route make_route(Context& context, const ApiRoute& from) {
  http::Route route;
  route.methods = from.method;
  route.pattern = from.path;
  route.max_body = from.method == "GET" || from.method == "DELETE" ? 0 : kMaxBody;
  route.admit = Admission(context, from);
  route.refuse = [&context](unsigned status, std::string_view reason) {
    const Asker asker{message::Lang::En, context.make_request_id()};
    http::Response response = make_refusal(asker, status, reason);
    response.headers.add("X-Request-Id", asker.request_id);
    ++context.counters->answers[status / 100];
    return response;
  };
  if (const Open* const open = std::get_if<Open>(&from.handler)) {
    route.socket_protocol = "yorozu.v1";
    route.open_socket = [&context, open = *open](const http::RequestHead& head, const http::SocketSender& sender) {
      return open_socket(context, open, head, sender);
    };
  } else {
    route.answer = [&context, &from](http::Request request, const http::Reply& reply) {
      serve(context, from, std::move(request), reply);
    };
  }
  return route;
}

}  // namespace

struct Api::Impl {
  Context context;
};

Api::Api(const Services& services, access::TokenStore& tokens, ApiOptions options)
    : impl_(new Impl{{services, tokens, std::move(options)}}) {}

Api::~Api() {
  impl_->context.ongoing->stop();
}

void Api::add_routes(http::Router& router) {
  for (const ApiRoute& route : route_table()) router.add(make_route(impl_->context, route));
}

}  // namespace yorozu::api
