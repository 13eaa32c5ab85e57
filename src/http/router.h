/// The table of routes of one server: who answers what, how large a body may be, and who is let in before it is read.
/// There is no default that accepts: what no route names is 404 or 405. Pure.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace yorozu::http {

/// Answers one request: called once, from any thread. When the last copy goes away without an answer, the peer gets
/// 500.
class Reply {
 public:
  using Make = std::function<Response()>;
  using Send = std::function<void(Make)>;
  explicit Reply(Send send);
  void operator()(Response response) const;
  /// `make` is called on the thread of the server, and only when there is still somebody to answer: for whoever must
  /// not spend time where he is (the committing thread).
  void later(Make make) const;

 private:
  struct Once;
  std::shared_ptr<Once> once_;  // shared: std::function, which carries it, wants copies
};

/// Takes a body as it comes, for bodies that are not held in memory. Called on the loop's thread; must not block.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// `bytes` live until `done` was called, once, from any thread; nothing more comes before that. An error: the body is
  /// not wanted any more, answer with finish().
  virtual void take(std::string_view bytes, std::function<void(Result<void>)> done) = 0;
  /// The body is complete, or `take` failed. Not called when the peer went away: then the stream is destroyed.
  virtual void finish(Reply reply) = 0;
};

struct Route {
  std::string methods;         ///< "GET", "PUT,POST"; GET answers HEAD too, unless another route does
  std::string pattern;         ///< "/{index}/_bulk": a {name} stands for one segment that is not empty
  std::uint64_t max_body = 0;  ///< bytes, before and after decoding
  /// Looked at before the body is read: a Response refuses. Required, so that no route is open by forgetting. It may
  /// note in the head who came (`principal`).
  std::function<std::optional<Response>(RequestHead&)> admit;
  /// One of the two.
  std::function<void(Request, Reply)> answer;
  std::function<std::unique_ptr<BodyStream>(const RequestHead&)> open_body;
  /// How this route words what the server itself refuses (too large, too busy, unreadable): status and reason.
  std::function<Response(unsigned status, std::string_view reason)> refuse;
};

std::optional<Response> admit_everybody(RequestHead&);

class Router {
 public:
  void add(Route route);

  struct Found {
    const Route* route = nullptr;  ///< nullptr: nobody answers
    std::vector<std::string> parameters;
    std::string allowed;  ///< methods that this path knows; "": unknown path
  };
  /// The route that fits with the fewest parameters; of equals the one that was added first.
  Found find(std::string_view method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> segments_;  ///< of each pattern
};

}  // namespace yorozu::http
