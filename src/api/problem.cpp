#include "api/problem.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "archive/search/result_lines.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace yorozu::api {
namespace {

using message::Id;

struct Kind {
  std::string_view slug;
  unsigned status;
};
constexpr std::array<Kind, 16> kKinds = {{{"unauthorized", 401},
                                          {"scope-missing", 403},
                                          {"rate-limited", 429},
                                          {"busy", 503},
                                          {"bad-parameter", 400},
                                          {"bad-body", 400},
                                          {"bad-query", 400},
                                          {"bad-cursor", 400},
                                          {"not-found", 404},
                                          {"changed", 412},
                                          {"idempotency-key-reused", 422},
                                          {"idempotency-key-running", 409},
                                          {"not-acceptable", 406},
                                          {"unsupported-media-type", 415},
                                          {"refused", 0},
                                          {"internal", 500}}};

const Kind& kind_of(Problem problem) {
  return kKinds[static_cast<std::size_t>(problem)];
}

http::Response render(const Asker& asker, Problem problem, unsigned status, std::string_view detail,
                      const nlohmann::json& more = {}) {
  http::Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  JsonWriter json(response.body);
  json.begin_object();
  json.key("type").value(type_of(problem));
  json.key("title").value(http::reason_phrase(status));
  json.key("status").value(status);
  json.key("detail").value(repair_utf8(detail));
  json.key("request_id").value(asker.request_id);
  for (const auto& [key, value] : more.items()) json.key(key).raw(value.dump());
  json.end_object();
  return response;
}

/// Characters before byte `position`, from 1: what a person counts.
std::size_t character_at(std::string_view text, std::size_t position) {
  std::size_t characters = 1;
  for (std::size_t at = 0; at < std::min(position, text.size()); ++characters) next_code_point(text, at);
  return characters;
}

}  // namespace

std::string type_of(Problem problem) {
  return "urn:yorozu:problem:" + std::string(kind_of(problem).slug);
}
unsigned status_of(Problem problem) {
  return kind_of(problem).status;
}

message::Lang language_of(std::string_view accept_language) {
  double best_ja = 0, best_en = 0;
  while (!accept_language.empty()) {
    const std::size_t comma = std::min(accept_language.find(','), accept_language.size());
    std::string_view range = accept_language.substr(0, comma);
    accept_language.remove_prefix(std::min(comma + 1, accept_language.size()));
    while (range.starts_with(' ')) range.remove_prefix(1);
    double quality = 1;
    if (const std::size_t q = range.find("q="); q != std::string_view::npos)
      std::from_chars(range.data() + q + 2, range.data() + range.size(), quality);
    const std::string tag = fold(range.substr(0, 2));
    if (tag == "ja") best_ja = std::max(best_ja, quality);
    if (tag == "en") best_en = std::max(best_en, quality);
  }
  return best_ja > best_en ? message::Lang::Ja : message::Lang::En;
}

http::Response make_problem(const Asker& asker, Problem problem, std::string_view detail) {
  return render(asker, problem, status_of(problem), detail);
}

http::Response make_refusal(const Asker& asker, unsigned status, std::string_view reason) {
  return render(asker, Problem::Refused, status, reason);
}

http::Response make_query_problem(const Asker& asker, std::string_view query, const query::ParseError& error) {
  std::string line;
  archive::search::append_error_line({{ErrorCode::InvalidInput, "query"}, error}, line);
  nlohmann::json more = nlohmann::json::parse(line)["error"];
  if (more.contains("detail")) more["piece"] = more["detail"];
  for (const char* key : {"code", "message", "detail"}) more.erase(key);
  return render(asker, Problem::BadQuery, status_of(Problem::BadQuery),
                message::format(asker.lang, Id::ApiBadQuery, character_at(query, error.position)), more);
}

http::Response make_problem(const Asker& asker, const Error& error, std::string_view thing) {
  switch (error.code) {
    case ErrorCode::InvalidInput:
      return make_problem(asker, Problem::BadParameter, error.message);
    case ErrorCode::NotFound:
      return make_problem(asker, Problem::NotFound, message::format(asker.lang, Id::ApiNotFound, thing));
    case ErrorCode::Conflict:
      return make_problem(asker, Problem::Changed, message::text(asker.lang, Id::ApiChanged));
    case ErrorCode::Overloaded:
    case ErrorCode::Timeout: {
      http::Response response = make_problem(asker, Problem::Busy, message::text(asker.lang, Id::ApiTooBusy));
      response.headers.add("Retry-After", "1");
      return response;
    }
    default:
      asker.tell(error.message);
      return make_problem(asker, Problem::Internal, message::text(asker.lang, Id::ApiWrong));
  }
}

}  // namespace yorozu::api
