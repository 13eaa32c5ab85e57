// Searches: streamed line by line as they are found, or a page at a time.

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "api/cursor.h"
#include "api/handlers.h"
#include "api/result_collector.h"
#include "base/json_writer.h"
#include "http/outgoing.h"
#include "query/parse.h"
#include "query/query.h"

namespace yorozu::api {
namespace {

using message::Id;

constexpr std::uint64_t kPageRows = 100, kMostPageRows = 1000, kMostRows = 10'000'000;

enum class Form : std::uint8_t { Stream, Page };

/// What Accept asks for; nullopt: nothing that we have.
std::optional<Form> form_of(std::string_view accept) {
  const auto accepts = [&](std::string_view type) { return accept.find(type) != std::string_view::npos; };
  if (accepts("application/json") && !accepts("application/jsonl")) return Form::Page;
  if (accept.empty() || accepts("*/*") || accepts("application/*") || accepts("application/jsonl") ||
      accepts("application/x-ndjson"))
    return Form::Stream;
  return std::nullopt;
}

struct Question {
  SearchRequest request;
  Form form = Form::Stream;
  std::string text;  ///< what cursors belong to
};

/// A page goes on at a number, with the times of the first page: `now-1h` shall not move meanwhile.
std::string position_of(const SearchRequest& request, std::uint64_t end_seq) {
  return fmt::format("{} {} {}", end_seq, request.from.us, request.to.us);
}

bool go_on(std::string_view position, SearchRequest& request) {
  const char* at = position.data();
  const char* const end = at + position.size();
  const auto read = [&](auto& value) {
    while (at != end && *at == ' ') ++at;
    const auto [next, error] = std::from_chars(at, end, value);
    at = next;
    return error == std::errc();
  };
  return read(request.end_seq) && read(request.from.us) && read(request.to.us) && at == end;
}

void read_times(const Call& call, Parameters& parameters, SearchRequest& request) {
  const TimeZone zone = parameters.zone("zone");
  request.zone = parameters.text("zone", 64).value_or("");
  request.from = parameters.time("from", call.now, zone).value_or(Timestamp::none());
  request.to = parameters.time("to", call.now, zone).value_or(Timestamp::none());
}

std::expected<Question, http::Response> read_question(const Context& context, const Call& call, Parameters parameters,
                                                      std::string_view query_name) {
  Question question;
  SearchRequest& request = question.request;
  const auto form = form_of(call.head.headers.value_or("accept"));
  if (!form) return std::unexpected(call.problem(Problem::NotAcceptable, Id::ApiNotAcceptable));
  question.form = *form;
  request.query = parameters.text(query_name, query::kMaxQueryBytes).value_or("");
  read_times(call, parameters, request);
  request.limit = *form == Form::Page ? parameters.number("limit", 1, kMostPageRows, kPageRows)
                                      : parameters.number("limit", 1, kMostRows, 0);
  request.wants_histogram = parameters.flag("histogram");
  request.wants_explain = parameters.flag("explain");
  request.principal = call.head.principal;
  const auto cursor = parameters.text("cursor", 2 * kMaxPosition);
  if (const auto bad = parameters.problem()) return std::unexpected(call.problem(*bad));
  if (const auto parsed = query::parse_query(request.query); !parsed)
    return std::unexpected(make_query_problem(call.asker, request.query, parsed.error()));
  question.text = "search " + request.zone + " " + request.query;
  if (!cursor) return question;
  const auto position = read_cursor(context.cursor_key, question.text, *cursor);
  if (!position || !go_on(*position, request))
    return std::unexpected(call.problem(Problem::BadCursor, Id::ApiBadCursor));
  return question;
}

std::expected<Question, http::Response> read_question(const Context& context, const Call& call) {
  if (call.head.method != "POST") {
    auto parameters = Parameters::of_query(call.head.query);
    if (!parameters) return std::unexpected(call.problem(parameters.error()));
    return read_question(context, call, std::move(*parameters), "q");
  }
  const std::string_view type = call.head.headers.value_or("content-type");
  if (!http::equal_without_case(type.substr(0, type.find(';')), "application/json"))
    return std::unexpected(call.problem(Problem::UnsupportedMedia, Id::ApiNotJson));
  auto parameters = Parameters::of_json(call.body);
  if (!parameters) return std::unexpected(call.problem(Problem::BadBody, Id::ApiBodyNotJson));
  return read_question(context, call, std::move(*parameters), "query");
}

void refuse(Context& context, const Call& call, const http::Reply& reply, http::Response response) {
  call.finish(context, response);
  reply(std::move(response));
}

/// Starts what `begin` starts and cancels it when the client goes. Gives false when it could not be started; then
/// nothing was answered.
Result<void> start_search(Context& context, const SearchRequest& request, const http::Reply& reply, OnLine on_line,
                          OnDone on_done) {
  const std::uint64_t number = context.ongoing->begin();
  const auto ended = [ongoing = context.ongoing, number, on_done = std::move(on_done)](Result<void> result) {
    on_done(std::move(result));
    ongoing->end(number);
  };
  auto running = context.services.search.start(request, std::move(on_line), ended);
  if (!running) {
    context.ongoing->end(number);
    return std::unexpected(std::move(running).error());
  }
  context.ongoing->attach(number, *running);
  reply.when_gone([running = *running] { running->cancel(); });
  return {};
}

void refuse_start(Context& context, const Call& call, const http::Reply& reply, const Error& error) {
  if (error.code != ErrorCode::Overloaded) return refuse(context, call, reply, make_problem(call.asker, error, {}));
  http::Response response = call.problem(Problem::Busy, Id::ApiTooManySearches);
  response.headers.add("Retry-After", "1");
  refuse(context, call, reply, std::move(response));
}

/// A stream ends with a done or an error line, whatever happens to what makes it.
class LineStream {
 public:
  explicit LineStream(std::shared_ptr<http::Outgoing> out) : out_(std::move(out)) {}
  bool line(std::string_view line) {
    is_complete_ = line.starts_with("{\"done\"") || line.starts_with("{\"error\"");
    return out_->push(std::string(line) += '\n');
  }
  void done(const Result<void>& result) {
    if (!is_complete_ && !result && result.error().code != ErrorCode::Cancelled)
      out_->push("{\"error\":{\"code\":\"internal\",\"message\":\"the search ended before its answer did\"}}\n");
    out_->end();
  }

 private:
  std::shared_ptr<http::Outgoing> out_;
  bool is_complete_ = false;
};

void stream(Context& context, const Call& call, const Question& question, const http::Reply& reply) {
  const auto out = std::make_shared<http::Outgoing>();
  const auto lines = std::make_shared<LineStream>(out);
  const auto started = start_search(
      context, question.request, reply, [lines](std::string_view line) { return lines->line(line); },
      [lines](const Result<void>& result) { lines->done(result); });
  if (!started) return refuse_start(context, call, reply, started.error());
  http::Response head;
  head.content_type = "application/jsonl";
  call.finish(context, head);
  reply.stream(std::move(head), out);
}

http::Response failed_search(const Call& call, const std::string& error) {
  const nlohmann::json document = nlohmann::json::parse(error, nullptr, false);
  const std::string code = document.is_object() ? document.value("code", "") : "";
  if (code == to_string(ErrorCode::Overloaded)) return call.problem(Problem::Busy, Id::ApiTooManySearches);
  if (code == to_string(ErrorCode::InvalidInput))
    return make_problem(call.asker, Problem::BadParameter, document.value("message", ""));
  call.asker.tell(error.empty() ? "the search ended before its answer did" : error);
  return call.problem(Problem::Internal, Id::ApiWrong);
}

http::Response page_of(const Context& context, const Call& call, const Question& question,
                       const ResultCollector::Collected& found, const Result<void>& result) {
  if (!found.error.empty() || (!result && !found.is_full)) return failed_search(call, found.error);
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("rows").raw("[" + found.rows + "]");
  if (!found.table.empty()) json.key("table").raw(found.table);
  if (!found.histogram.empty()) json.key("histogram").raw(found.histogram);
  if (!found.done.empty()) json.key("done").raw(found.done);
  json.key("next");
  if (found.next_end_seq == 0)
    json.null();
  else
    json.value(make_cursor(context.cursor_key, question.text, position_of(question.request, found.next_end_seq)));
  json.end_object();
  return json_response(std::move(body));
}

void page(Context& context, const std::shared_ptr<const Call>& call, Question question, const http::Reply& reply) {
  const auto found = std::make_shared<ResultCollector>();
  const SearchRequest request = question.request;
  const auto started = start_search(
      context, request, reply, [found](std::string_view line) { return found->add(line); },
      [&context, call, question = std::move(question), reply, found](const Result<void>& result) {
        http::Response response = page_of(context, *call, question, found->take(), result);
        call->finish(context, response);
        reply(std::move(response));
      });
  if (!started) refuse_start(context, *call, reply, started.error());
}

void search(Context& context, const Call& call, const http::Reply& reply) {
  auto question = read_question(context, call);
  if (!question) return refuse(context, call, reply, std::move(question).error());
  if (question->form == Form::Stream)
    stream(context, call, *question, reply);
  else
    page(context, std::make_shared<const Call>(call), std::move(*question), reply);
}

}  // namespace

void post_search(Context& context, const Call& call, const http::Reply& reply) {
  search(context, call, reply);
}
void get_search(Context& context, const Call& call, const http::Reply& reply) {
  search(context, call, reply);
}

void get_histogram(Context& context, const Call& call, const http::Reply& reply) {
  auto parameters = Parameters::of_query(call.head.query);
  if (!parameters) return refuse(context, call, reply, call.problem(parameters.error()));
  SearchRequest request;
  request.query = parameters->text("q", query::kMaxQueryBytes).value_or("");
  read_times(call, *parameters, request);
  request.limit = 1;  // counts are of all that matches
  request.wants_histogram = true;
  request.principal = call.head.principal;
  if (const auto bad = parameters->problem()) return refuse(context, call, reply, call.problem(*bad));
  if (const auto parsed = query::parse_query(request.query); !parsed)
    return refuse(context, call, reply, make_query_problem(call.asker, request.query, parsed.error()));
  const auto kept = std::make_shared<const Call>(call);
  const auto found = std::make_shared<ResultCollector>();
  const auto started = start_search(
      context, request, reply, [found](std::string_view line) { return found->add(line); },
      [&context, kept, reply, found](const Result<void>& result) {
        const auto collected = found->take();
        http::Response response = !collected.error.empty() || !result || collected.histogram.empty()
                                      ? failed_search(*kept, collected.error)
                                      : json_response(collected.histogram);
        kept->finish(context, response);
        reply(std::move(response));
      });
  if (!started) refuse_start(context, call, reply, started.error());
}

}  // namespace yorozu::api
