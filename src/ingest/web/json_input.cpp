#include "ingest/web/json_input.h"

#include <algorithm>

#include "base/json_writer.h"
#include "ingest/web/lines.h"
#include "proof/line.h"

namespace yorozu::ingest::web {
namespace {

http::Response answer_for(const std::vector<Fate>& fates, const std::vector<std::uint64_t>& frames) {
  std::uint64_t accepted = 0;
  std::size_t durable = 0;
  while (durable < fates.size() && fates[durable] == Fate::Durable) accepted += frames[durable++];
  http::Response response;
  if (durable < fates.size()) {
    const bool is_busy = fates[durable] == Fate::Busy;
    response.status = is_busy ? 429 : 503;
    response.headers.add("Retry-After", "1");
  }
  response.content_type = response.status == 200 ? "application/json" : "application/problem+json";
  JsonWriter json(response.body);
  json.begin_object();
  if (response.status != 200) {
    json.key("type").value("about:blank").key("title").value(http::reason_phrase(response.status));
    json.key("status").value(response.status);
  }
  json.key("accepted").value(accepted).end_object();
  return response;
}

}  // namespace

JsonInput::JsonInput(Door& door, Intake& intake, access::TokenStore& tokens, JsonOptions options)
    : door_(door), options_(std::move(options)), sender_(intake, counters_) {
  http::Route route;
  route.methods = "POST";
  route.pattern = "/ingest/json";
  route.max_body = options_.max_body;
  route.admit = [this, &tokens](http::RequestHead& head) -> std::optional<http::Response> {
    if (auto refusal = admit_token(tokens, access::Scope::IngestJson, head)) return refusal;
    if (sender_.is_stopped()) return http::problem(503, http::reason_phrase(503), "the server stops");
    return std::nullopt;
  };
  route.answer = [this](const http::Request& request, const http::Reply& reply) { take_lines(request, reply); };
  door_.router().add(std::move(route));
}
JsonInput::~JsonInput() {
  stop();
  door_.shut();
}

Result<void> JsonInput::start() {
  const Result<void> opened = door_.open();
  problem_ = opened ? "" : opened.error().message;
  is_running_ = opened.has_value();
  return opened;
}
void JsonInput::stop() {
  sender_.stop();
  if (is_running_.exchange(false)) door_.leave();
}
InputState JsonInput::state() const {
  return {"json", door_.address(), problem_};
}

void JsonInput::take_lines(const http::Request& request, const http::Reply& reply) {
  Batches batches("json", request.head.peer, options_.sources.of(request.head.peer), request.head.connection,
                  counters_);
  std::string via;
  proof::append_via({{"token", request.head.principal}}, via);
  for (std::string_view rest = request.body; !rest.empty();)
    if (const std::string_view line = take_line(rest); !line.empty()) batches.frame(request.received, line, via);
  std::vector<FrameBatch> all = batches.take();
  std::vector<std::uint64_t> frames;
  for (const FrameBatch& batch : all) frames.push_back(batch.frames.size());
  if (all.empty()) return reply(answer_for({}, {}));
  sender_.send(std::move(all), [reply, frames](const std::vector<Fate>& fates) { reply(answer_for(fates, frames)); });
}

}  // namespace yorozu::ingest::web
