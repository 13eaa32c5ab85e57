#include "http/router.h"

#include <atomic>

#include "base/assert.h"

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

Reply::Reply(Send send) : once_(std::make_shared<Once>()) {
  once_->send = std::move(send);
}
void Reply::operator()(Response response) const {
  later([response = std::move(response)] { return response; });
}
void Reply::later(Make make) const {
  YOROZU_ASSERT(!once_->is_answered.exchange(true), "a request is answered once");
  once_->send(std::move(make));
}

std::optional<Response> admit_everybody(RequestHead&) {
  return std::nullopt;
}

void Router::add(Route route) {
  YOROZU_ASSERT(route.admit && (route.answer || route.open_body) && route.pattern.starts_with('/'), "a whole route");
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
