/// HTTP requests and responses as values. Names of headers are lower case. No Beast, no sockets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace yorozu::http {

class Outgoing;

class Headers {
 public:
  /// `name` in lower case.
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// The first of that name (lower case); nullopt when there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view value_or(std::string_view name, std::string_view otherwise = {}) const {
    return find(name).value_or(otherwise);
  }
  std::size_t count(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Everything of a request but its body.
struct RequestHead {
  std::string method;  ///< "GET", "POST" ...
  std::string path;    ///< as sent, before '?'
  std::string query;   ///< as sent, behind '?'
  Headers headers;
  bool is_http_1_0 = false;
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;

  std::string peer;              ///< address of the socket; X-Forwarded-For and its kin are never looked at
  std::string tls_subject;       ///< of the client's certificate
  std::string principal;         ///< who it is, when the route's admit() found out
  std::uint64_t connection = 0;  ///< number of the connection, never used twice by one server
  /// Values of {names} in the pattern of the route, percent-decoded, in order.
  std::vector<std::string> parameters;

  bool has_body() const { return is_chunked || content_length.value_or(0) > 0; }
};

struct Request {
  RequestHead head;
  std::string body;    ///< content encoding taken off
  Timestamp received;  ///< when the last byte of it came
};

struct Response {
  unsigned status = 200;
  std::string content_type;  ///< "": no Content-Type
  std::string body;
  Headers headers;  ///< beside those that the server writes: Content-Length, Content-Type, Connection, Date
  std::shared_ptr<Outgoing> stream;  ///< set by Reply::stream(): the body comes through it
};

std::string_view reason_phrase(unsigned status);

/// Comma-separated words of a header, without blanks around them and without regard to case: has `word` (lower case)?
bool has_token(std::string_view list, std::string_view word);
/// Equal without regard to the case of ASCII letters.
bool equal_without_case(std::string_view a, std::string_view b);

/// Undoes %XX; nullopt for a broken one and for an escaped zero. `plus_is_blank` in queries.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank = false);
/// The first value of `name` in a query ("a=1&b=2"), decoded; "" when it stands there without a value.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

/// RFC 9457: application/problem+json.
Response problem(unsigned status, std::string_view title, std::string_view detail = {});

}  // namespace yorozu::http
