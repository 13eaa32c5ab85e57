/// Errors of the API as RFC 9457 documents: a stable type for programs, a title in English, a detail in the language
/// the client asked for, and the id of the request, which the server's log has too.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "message/message.h"
#include "query/expression.h"

namespace yorozu::api {

enum class Problem : std::uint8_t {
  Unauthorized,
  ScopeMissing,
  RateLimited,
  Busy,
  BadParameter,
  BadBody,
  BadQuery,
  BadCursor,
  NotFound,
  Changed,
  KeyReused,
  KeyRunning,
  NotAcceptable,
  UnsupportedMedia,
  Refused,  ///< by the server itself: too large, too slow; the status says what
  Internal,
};

/// "urn:yorozu:problem:scope-missing"
std::string type_of(Problem problem);
unsigned status_of(Problem problem);

/// Who asked, as far as answers to mistakes need it.
struct Asker {
  message::Lang lang = message::Lang::En;
  std::string request_id;
  std::function<void(std::string_view request_id, std::string_view why)> report = {};  ///< as ApiOptions::report

  void tell(std::string_view why) const {
    if (report) report(request_id, why);
  }
};
/// Japanese when Accept-Language prefers it to English; English else.
message::Lang language_of(std::string_view accept_language);

http::Response make_problem(const Asker& asker, Problem problem, std::string_view detail);
/// Refusals of the server itself, with their own status.
http::Response make_refusal(const Asker& asker, unsigned status, std::string_view reason);
/// Position, reason and suggestion as members of their own.
http::Response make_query_problem(const Asker& asker, std::string_view query, const query::ParseError& error);
/// The one mapping of errors to HTTP. `thing`: what was not found, in words of the API. Messages of InvalidInput,
/// NotFound and Conflict are shown, others are not.
http::Response make_problem(const Asker& asker, const Error& error, std::string_view thing);

}  // namespace yorozu::api
