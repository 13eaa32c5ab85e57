// One event by its number, with its neighbours.

#include <algorithm>
#include <charconv>

#include "api/handlers.h"
#include "api/result_collector.h"
#include "base/json_writer.h"

namespace yorozu::api {
namespace {

using message::Id;

constexpr std::uint64_t kMostAround = 100;

std::uint64_t seq_of(std::string_view row) {
  constexpr std::string_view kSeq = "{\"seq\":";
  std::uint64_t seq = 0;
  if (row.starts_with(kSeq)) std::from_chars(row.data() + kSeq.size(), row.data() + row.size(), seq);
  return seq;
}

}  // namespace

http::Response get_event(Context& context, const Call& call) {
  auto parameters = Parameters::of_query(call.head.query);
  if (!parameters) return call.problem(parameters.error());
  const std::uint64_t before = parameters->number("before", 0, kMostAround, 0);
  const std::uint64_t after = parameters->number("after", 0, kMostAround, 0);
  if (const auto bad = parameters->problem()) return call.problem(*bad);
  std::uint64_t seq = 0;
  const std::string& text = call.parameter(0);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  if (error != std::errc() || end != text.data() + text.size() || seq == 0 || seq > INT64_MAX)
    return call.problem(BadParameter{"seq", BadParameter::Reason::Malformed, "a sequence number"});

  const std::uint64_t first = seq > before ? seq - before : 1;
  const auto rows = context.services.events.rows(first, static_cast<std::size_t>(seq - first + 1 + after));
  if (!rows) return make_problem(call.asker, rows.error(), "event " + text);
  const auto found = std::ranges::find(*rows, seq, seq_of);
  if (found == rows->end())
    return make_problem(call.asker, Problem::NotFound,
                        message::format(call.asker.lang, Id::ApiNotFound, "event " + text));
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("event").raw(*found);
  json.key("before").begin_array();
  for (auto row = rows->begin(); row != found; ++row) json.raw(*row);
  json.end_array().key("after").begin_array();
  for (auto row = found + 1; row != rows->end(); ++row) json.raw(*row);
  json.end_array().end_object();
  return json_response(std::move(body));
}

}  // namespace yorozu::api
