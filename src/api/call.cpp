#include "api/call.h"

#include <fmt/format.h>
#include <sys/random.h>

#include "base/assert.h"

namespace yorozu::api {

using message::Id;

std::uint64_t Ongoing::begin() {
  const std::lock_guard lock(mutex_);
  running_.emplace(next_, std::weak_ptr<Running>());
  return next_++;
}

void Ongoing::attach(std::uint64_t number, const std::shared_ptr<Running>& running) {
  const std::lock_guard lock(mutex_);
  if (const auto found = running_.find(number); found != running_.end()) found->second = running;
}

void Ongoing::end(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  running_.erase(number);
  changed_.notify_all();
}

void Ongoing::stop() {
  std::map<std::uint64_t, std::weak_ptr<Running>> all;
  {
    const std::lock_guard lock(mutex_);
    all = running_;
  }
  for (const auto& [number, weak] : all)
    if (const auto running = weak.lock()) running->cancel();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return running_.empty(); });
}

Context::Context(const Services& with, access::TokenStore& store, ApiOptions from)
    : services(with),
      tokens(store),
      options(std::move(from)),
      by_address("address", options.requests_per_address),
      by_token("token", options.requests_per_token),
      workers(options.workers) {
  YOROZU_ASSERT(::getrandom(&id_prefix, sizeof id_prefix, 0) == sizeof id_prefix &&
                    ::getrandom(cursor_key.data(), cursor_key.size(), 0) == static_cast<ssize_t>(cursor_key.size()),
                "so few bytes are always there once the system has started");
}

std::string Context::make_request_id() {
  return fmt::format("{:016x}", id_prefix + ++requests);
}

http::Response Call::problem(Problem kind, Id detail) const {
  return make_problem(asker, kind, message::text(asker.lang, detail));
}

http::Response Call::problem(const BadParameter& bad) const {
  using enum BadParameter::Reason;
  const std::string name = bad.name.substr(0, 100);
  switch (bad.reason) {
    case Unknown:
      return make_problem(asker, Problem::BadParameter, message::format(asker.lang, Id::ApiUnknownParameter, name));
    case Missing:
      return make_problem(asker, Problem::BadParameter, message::format(asker.lang, Id::ApiMissingParameter, name));
    case Malformed:
      break;
  }
  return make_problem(asker, Problem::BadParameter,
                      message::format(asker.lang, Id::ApiBadParameter, name, bad.expected));
}

void Call::finish(Context& context, http::Response& response) const {
  for (const auto& [name, value] : headers.all()) response.headers.add(name, value);
  ++context.counters->answers[std::min<std::size_t>(response.status / 100, 5)];
}

http::Response json_response(std::string body, unsigned status) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

}  // namespace yorozu::api
