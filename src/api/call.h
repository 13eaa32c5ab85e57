/// One request on its way through the API, and what all of them have in common.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "access/token_store.h"
#include "api/api.h"
#include "api/cursor.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "api/services.h"
#include "api/workers.h"
#include "http/idempotency.h"
#include "http/rate_limit.h"
#include "http/router.h"

namespace yorozu::api {

/// What /metrics says about the API itself.
struct Counters {
  std::array<std::atomic<std::uint64_t>, 6> answers{};  ///< by first digit of the status
  std::atomic<std::uint64_t> rate_limited = 0;
  std::atomic<std::uint64_t> tails_opened = 0, tails_too_slow = 0;
  std::atomic<std::int64_t> tails = 0;  ///< open now
};

/// Searches and tails that go on. The last call of each comes before stop() returns. Thread-safe.
class Ongoing {
 public:
  /// Before something is started; `end` is to be called once, from OnDone or when the start failed.
  std::uint64_t begin();
  void attach(std::uint64_t number, const std::shared_ptr<Running>& running);
  void end(std::uint64_t number);
  /// Cancels all, and waits for their ends.
  void stop();

 private:
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<std::uint64_t, std::weak_ptr<Running>> running_;
  std::uint64_t next_ = 1;
};

struct Context {
  Context(const Services& with, access::TokenStore& store, ApiOptions from);

  const Services services;
  access::TokenStore& tokens;
  const ApiOptions options;
  http::RateLimiter by_address, by_token;
  http::IdempotencyKeys keys;
  std::shared_ptr<Counters> counters = std::make_shared<Counters>();
  std::shared_ptr<Ongoing> ongoing = std::make_shared<Ongoing>();
  std::atomic<std::uint64_t> requests = 0;
  std::uint64_t id_prefix = 0;
  CursorKey cursor_key{};  ///< made anew at each start
  Workers workers;         ///< last: ends first

  std::string make_request_id();
};

struct Call {
  http::RequestHead head;
  std::string body;
  Asker asker;
  Timestamp now;
  http::Headers headers;  ///< of every answer: request id, rate limits

  const std::string& parameter(std::size_t i) const { return head.parameters[i]; }
  http::Response problem(Problem problem, message::Id detail) const;
  http::Response problem(const BadParameter& bad) const;
  /// Puts the headers of every answer on it and counts it.
  void finish(Context& context, http::Response& response) const;
};

http::Response json_response(std::string body, unsigned status = 200);

}  // namespace yorozu::api
