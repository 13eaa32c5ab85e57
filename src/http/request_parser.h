/// Reads one HTTP/1.0 or 1.1 request (RFC 9112) out of bytes; Boost.Beast's parser does the work. Pure.
///
/// Stricter than the RFC asks where requests could be understood in two ways: a request with both Content-Length and
/// Transfer-Encoding, with several lengths, with another coding than chunked, or with trailers that matter is refused.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace yorozu::http {

inline constexpr std::size_t kMaxHeadBytes = std::size_t{64} << 10;

class RequestParser {
 public:
  enum class Event {
    NeedMore,  ///< call again with what was not consumed and more behind it
    Head,      ///< head() is complete; the body follows
    Body,      ///< a piece of the body: `body`
    End,       ///< the request is complete
    Failed,    ///< no HTTP, or too much of it: problem()
  };
  struct Step {
    Event event = Event::NeedMore;
    std::size_t consumed = 0;
    std::string_view body;  ///< into the input
  };

  RequestParser();
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  /// Goes on to the next event. `input` begins with what was not consumed before.
  Step next(std::string_view input);
  /// True when nothing of a request has come yet.
  bool is_fresh() const;
  RequestHead& head();
  /// After Failed: status and words of the answer; the connection is of no more use.
  unsigned problem_status() const;
  const std::string& problem() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::http
