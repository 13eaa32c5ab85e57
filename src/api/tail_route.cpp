// Events as they are kept, over a WebSocket: one row line a message.

#include "api/handlers.h"
#include "query/parse.h"
#include "query/query.h"

namespace yorozu::api {
namespace {

using message::Id;

class Tail final : public http::SocketSession {
 public:
  Tail(std::shared_ptr<Running> running, std::shared_ptr<Counters> counters)
      : running_(std::move(running)), counters_(std::move(counters)) {}
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;
  ~Tail() override {
    running_->cancel();
    --counters_->tails;
  }
  void message(std::string_view) override {}  // there is nothing to say; pings are answered below

 private:
  std::shared_ptr<Running> running_;
  std::shared_ptr<Counters> counters_;
};

}  // namespace

std::expected<std::unique_ptr<http::SocketSession>, http::Response> open_tail(Context& context, const Call& call,
                                                                              const http::SocketSender& sender) {
  auto parameters = Parameters::of_query(call.head.query);
  if (!parameters) return std::unexpected(call.problem(parameters.error()));
  TailRequest request;
  request.query = parameters->text("q", query::kMaxQueryBytes).value_or("");
  request.from_seq = parameters->number("from_seq", 0, INT64_MAX, 0);
  request.principal = call.head.principal;
  if (const auto bad = parameters->problem()) return std::unexpected(call.problem(*bad));
  const auto parsed = query::parse_query(request.query);
  if (!parsed) return std::unexpected(make_query_problem(call.asker, request.query, parsed.error()));
  if (!parsed->stages.empty())
    return std::unexpected(call.problem(BadParameter{"q", BadParameter::Reason::Malformed, "a query without pipes"}));
  if (context.counters->tails >= static_cast<std::int64_t>(context.options.tails))
    return std::unexpected(call.problem(Problem::Busy, Id::ApiTooManyTails));

  const std::uint64_t number = context.ongoing->begin();
  auto running = context.services.tail.start(
      request,
      [sender, counters = context.counters](std::string_view line) {
        const auto said = sender.send(line, "too slow; go on behind the last seq");
        if (said == http::SocketSender::Said::TooSlow) ++counters->tails_too_slow;
        return said == http::SocketSender::Said::Taken;
      },
      [sender, ongoing = context.ongoing, number](const Result<void>& result) {
        sender.close(result ? 1000 : 1011, result ? "the end" : "the server cannot go on");
        ongoing->end(number);
      });
  if (!running) {
    context.ongoing->end(number);
    return std::unexpected(call.problem(Problem::Busy, Id::ApiTooManyTails));
  }
  context.ongoing->attach(number, *running);
  ++context.counters->tails;
  ++context.counters->tails_opened;
  return std::make_unique<Tail>(*running, context.counters);
}

}  // namespace yorozu::api
