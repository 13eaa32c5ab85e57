#include "http/router.h"

#include <atomic>

#include "base/assert.h"
#include "http/websocket_frame.h"

namespace yorozu::http {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // '/'
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  if (segments.size() > 1 && segments.back().empty()) segments.pop_back();  // "/a/" is "/a"
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

/// Values of the parameters when `path` fits `pattern`.
std::optional<std::vector<std::string>> match(const std::vector<std::string>& pattern,
                                              const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::optional<std::string> decoded = percent_decoded(path[i]);
    if (!decoded) return std::nullopt;
    if (!is_parameter(pattern[i])) {
      if (pattern[i] != *decoded) return std::nullopt;
    } else {
      if (decoded->empty()) return std::nullopt;
      values.push_back(*decoded);
    }
  }
  return values;
}

}  // namespace

struct Reply::Once {
  Send send;
  std::atomic<bool> is_answered = false;
  ~Once() {
    if (!is_answered) send([] { return problem(500, "no answer"); });
  }
};

Reply::Reply(Send send, std::shared_ptr<ClientGone> client)
    : client_(std::move(client)), once_(std::make_shared<Once>()) {
  once_->send = std::move(send);
}
void Reply::operator()(Response response) const {
  later([response = std::move(response)] { return response; });
}
void Reply::later(Make make) const {
  YOROZU_ASSERT(!once_->is_answered.exchange(true), "a request is answered once");
  once_->send(std::move(make));
}

void Reply::stream(Response head, std::shared_ptr<Outgoing> body) const {
  when_gone([body] { body->gone(); });
  head.stream = std::move(body);
  (*this)(std::move(head));
}

void ClientGone::when(std::function<void()> told) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_gone_) {
      told_.push_back(std::move(told));
      return;
    }
  }
  told();
}
bool ClientGone::is_awaited() const {
  const std::lock_guard lock(mutex_);
  return !told_.empty();
}
void ClientGone::signal() {
  std::vector<std::function<void()>> told;
  {
    const std::lock_guard lock(mutex_);
    is_gone_ = true;
    told.swap(told_);
  }
  for (const auto& tell : told) tell();
}
void ClientGone::forget() {
  std::vector<std::function<void()>> told;  // destroyed outside of the lock: they may hold much
  {
    const std::lock_guard lock(mutex_);
    told.swap(told_);
  }
}

SocketSender::Said SocketSender::send(std::string_view text, std::string_view last_words) const {
  std::string frame;
  append_frame(Opcode::Text, text, frame);
  const Outgoing::Offered offered = outgoing_->offer(frame);
  if (offered != Outgoing::Offered::NoRoom) return offered == Outgoing::Offered::Taken ? Said::Taken : Said::Over;
  too_slow_();
  frame.clear();
  append_close(1013, last_words, frame);
  outgoing_->end_with(frame);
  return Said::TooSlow;
}

void SocketSender::close(std::uint16_t status, std::string_view reason) const {
  std::string frame;
  append_close(status, reason, frame);
  if (outgoing_->offer(frame) == Outgoing::Offered::Taken)
    outgoing_->end();
  else
    outgoing_->end_with(frame);
}

std::optional<Response> admit_everybody(RequestHead&) {
  return std::nullopt;
}

void Router::add(Route route) {
  YOROZU_ASSERT(route.admit && (route.answer || route.open_body || route.open_socket) && route.pattern.starts_with('/'),
                "a whole route");
  if (!route.refuse)
    route.refuse = [](unsigned status, std::string_view reason) {
      return problem(status, reason_phrase(status), reason);
    };
  segments_.push_back(split(route.pattern));
  routes_.push_back(std::move(route));
}

Router::Found Router::find(std::string_view method, std::string_view path) const {
  Found found;
  if (!path.starts_with('/')) return found;
  const std::vector<std::string> segments = split(path);
  const Route* for_head = nullptr;
  std::vector<std::string> parameters, head_parameters;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    auto values = match(segments_[i], segments);
    if (!values) continue;
    const Route& route = routes_[i];
    if (has_token(route.methods, method)) {
      if (found.route == nullptr || values->size() < parameters.size()) {
        found.route = &route;
        parameters = std::move(*values);
      }
      continue;
    }
    if (method == "HEAD" && has_token(route.methods, "GET") &&
        (for_head == nullptr || values->size() < head_parameters.size())) {
      for_head = &route;
      head_parameters = std::move(*values);
    }
    found.allowed.append(found.allowed.empty() ? "" : ",").append(route.methods);
  }
  if (found.route == nullptr && for_head != nullptr) {
    found.route = for_head;
    parameters = std::move(head_parameters);
  }
  if (found.route != nullptr) {
    found.parameters = std::move(parameters);
    found.allowed.clear();
  }
  return found;
}

}  // namespace yorozu::http
