#include "ingest/web/hec_input.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json_writer.h"
#include "base/try.h"
#include "ingest/web/authorization.h"
#include "ingest/web/json_cursor.h"
#include "ingest/web/lines.h"

namespace yorozu::ingest::web {
namespace {

constexpr std::size_t kMaxAcksAsked = 100'000;

struct Wording {
  HecCode code;
  unsigned status;
  std::string_view text;
};
constexpr auto kWordings = std::to_array<Wording>({
    {HecCode::Success, 200, "Success"},
    {HecCode::TokenDisabled, 403, "Token disabled"},
    {HecCode::TokenRequired, 401, "Token is required"},
    {HecCode::InvalidAuthorization, 401, "Invalid authorization"},
    {HecCode::InvalidToken, 403, "Invalid token"},
    {HecCode::NoData, 400, "No data"},
    {HecCode::InvalidData, 400, "Invalid data format"},
    {HecCode::InternalError, 500, "Internal server error"},
    {HecCode::ServerBusy, 503, "Server is busy"},
    {HecCode::ChannelMissing, 400, "Data channel is missing"},
    {HecCode::EventMissing, 400, "Event field is required"},
    {HecCode::EventBlank, 400, "Event field cannot be blank"},
    {HecCode::QueryAuthorization, 400, "Query string authorization is not enabled"},
    {HecCode::Healthy, 200, "HEC is healthy"},
    {HecCode::Unhealthy, 503, "HEC is unhealthy, queues are full"},
});

http::Response hec_response(HecCode code, const std::function<void(JsonWriter&)>& more = {}) {
  const auto* const wording =
      std::find_if(kWordings.begin(), kWordings.end(), [&](const Wording& w) { return w.code == code; });
  http::Response response;
  response.status = wording->status;
  response.content_type = "application/json";
  JsonWriter json(response.body);
  json.begin_object().key("text").value(wording->text).key("code").value(static_cast<int>(code));
  if (more) more(json);
  json.end_object();
  if (response.status == 401) response.headers.add("WWW-Authenticate", "Splunk");
  if (response.status == 503) response.headers.add("Retry-After", "1");
  return response;
}

http::Response hec_refusal(unsigned status, std::string_view) {
  if (status == 429) return hec_response(HecCode::ServerBusy);
  http::Response response = hec_response(HecCode::InvalidData);
  response.status = status;
  return response;
}

std::string channel_of(const http::RequestHead& head) {
  const std::string_view header = head.headers.value_or("x-splunk-request-channel");
  return header.empty() ? http::query_value(head.query, "channel").value_or(std::string()) : std::string(header);
}

HecMeta meta_of_query(std::string_view query) {
  const auto value = [&](std::string_view name) { return http::query_value(query, name).value_or(std::string()); };
  return {value("host"), value("source"), value("sourcetype"), value("index"), value("time"), {}};
}

}  // namespace

HecInput::HecInput(Door& door, Intake& intake, access::TokenStore& tokens, HecOptions options)
    : door_(door),
      tokens_(tokens),
      options_(std::move(options)),
      sender_(intake, counters_),
      next_ack_(static_cast<std::uint64_t>(std::max<std::int64_t>(door.now().us, 0))) {
  add_routes();
}
HecInput::~HecInput() {
  stop();
  door_.shut();
}

Result<void> HecInput::start() {
  const Result<void> opened = door_.open();
  problem_ = opened ? "" : opened.error().message;
  is_running_ = opened.has_value();
  return opened;
}
void HecInput::stop() {
  sender_.stop();
  if (is_running_.exchange(false)) door_.leave();
}
InputState HecInput::state() const {
  return {"hec", door_.address(), problem_};
}

std::optional<http::Response> HecInput::admit(http::RequestHead& head) const {
  const auto unwelcome = look_at_token(tokens_, access::Scope::IngestHec, head);
  if (!unwelcome) {
    if (sender_.is_stopped()) return hec_response(HecCode::ServerBusy);
    return std::nullopt;
  }
  if (!head.headers.find("authorization"))
    return hec_response(http::query_value(head.query, "token") ? HecCode::QueryAuthorization : HecCode::TokenRequired);
  switch (unwelcome->refusal) {
    case access::Refusal::Expired:
    case access::Refusal::Revoked:
    case access::Refusal::MissingScope:
      return hec_response(HecCode::TokenDisabled);
    case access::Refusal::Unknown:
      return hec_response(HecCode::InvalidToken);
    case access::Refusal::Malformed:
      break;
  }
  return hec_response(token_in(head.headers.value_or("authorization")) ? HecCode::InvalidToken
                                                                       : HecCode::InvalidAuthorization);
}

void HecInput::add_routes() {
  const auto add = [this](std::initializer_list<const char*> patterns, const char* methods, auto answer) {
    for (const char* pattern : patterns) {
      http::Route route;
      route.methods = methods;
      route.pattern = pattern;
      route.max_body = options_.max_body;
      route.admit = [this](http::RequestHead& head) { return admit(head); };
      route.refuse = hec_refusal;
      route.answer = answer;
      door_.router().add(std::move(route));
    }
  };
  add({"/services/collector", "/services/collector/1.0", "/services/collector/event", "/services/collector/event/1.0"},
      "POST", [this](const http::Request& request, const http::Reply& reply) { take_events(request, reply); });
  add({"/services/collector/raw", "/services/collector/raw/1.0"}, "POST",
      [this](const http::Request& request, const http::Reply& reply) { take_lines(request, reply); });
  add({"/services/collector/ack", "/services/collector/ack/1.0"}, "POST,GET",
      [this](const http::Request& request, const http::Reply& reply) { reply(answer_acks(request)); });

  for (const char* pattern : {"/services/collector/health", "/services/collector/health/1.0"}) {
    http::Route health;
    health.methods = "GET";
    health.pattern = pattern;
    health.admit = http::admit_everybody;
    health.answer = [this](const http::Request&, const http::Reply& reply) {
      reply(hec_response(sender_.is_stopped() ? HecCode::Unhealthy : HecCode::Healthy));
    };
    door_.router().add(std::move(health));
  }
}

void HecInput::take_events(const http::Request& request, const http::Reply& reply) {
  const HecParsed parsed = parse_hec_events(request.body, meta_of_query(request.head.query));
  if (parsed.code == HecCode::NoData) return reply(hec_response(parsed.code));
  if (parsed.code != HecCode::Success)
    return reply(hec_response(parsed.code, [&](JsonWriter& json) {
      json.key("invalid-event-number").value(static_cast<std::uint64_t>(parsed.bad_event));
    }));
  Batches batches("hec", request.head.peer, options_.sources.of(request.head.peer), request.head.connection, counters_);
  for (const HecEvent& event : parsed.events)
    batches.frame(request.received, event.object, hec_via(request.head.principal, event.meta));
  send(std::move(batches), request.head, reply);
}

void HecInput::take_lines(const http::Request& request, const http::Reply& reply) {
  Batches batches("hec.raw", request.head.peer, options_.sources.of(request.head.peer), request.head.connection,
                  counters_);
  const std::string via = hec_via(request.head.principal, meta_of_query(request.head.query));
  for (std::string_view rest = request.body; !rest.empty();)
    if (const std::string_view line = take_line(rest); !line.empty()) batches.frame(request.received, line, via);
  if (batches.frames() == 0) return reply(hec_response(HecCode::NoData));
  send(std::move(batches), request.head, reply);
}

void HecInput::send(Batches batches, const http::RequestHead& head, const http::Reply& reply) {
  sender_.send(batches.take(), [this, reply, has_channel = !channel_of(head).empty()](const std::vector<Fate>& fates) {
    if (!std::all_of(fates.begin(), fates.end(), [](Fate fate) { return fate == Fate::Durable; }))
      return reply(hec_response(HecCode::ServerBusy));
    const std::uint64_t ack = next_ack_++;
    reply(hec_response(HecCode::Success, [&](JsonWriter& json) {
      if (has_channel) json.key("ackId").value(ack);
    }));
  });
}

http::Response HecInput::answer_acks(const http::Request& request) const {
  if (channel_of(request.head).empty()) return hec_response(HecCode::ChannelMissing);
  std::vector<std::string> asked;
  JsonCursor json(request.body);
  const bool whole = json.object([&](const std::string& key) {
    const auto value = json.value();
    if (!value) return false;
    if (key != "acks") return true;
    JsonCursor list(*value);
    if (!list.take('[')) return false;
    if (list.take(']')) return true;
    do {
      const auto id = list.value();
      if (!id || asked.size() >= kMaxAcksAsked ||
          !std::all_of(id->begin(), id->end(), [](char c) { return c >= '0' && c <= '9'; }))
        return false;
      asked.emplace_back(*id);
    } while (list.take(','));
    return list.take(']');
  });
  if (!whole || !json.at_end()) return hec_response(HecCode::InvalidData);
  http::Response response;
  response.content_type = "application/json";
  JsonWriter out(response.body);
  out.begin_object().key("acks").begin_object();
  const std::uint64_t next = next_ack_;
  for (const std::string& id : asked) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    out.key(id).value(error == std::errc() && number < next);
  }
  out.end_object().end_object();
  return response;
}

}  // namespace yorozu::ingest::web
