#include "app/serve/search_requests.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/serve/saved_searches.h"
#include "app/serve/searches.h"
#include "app/serve/tails.h"
#include "archive/search/result_lines.h"
#include "base/try.h"

namespace yorozu::serve {

namespace {

using nlohmann::json;

constexpr std::size_t kTailLines = 1000;
constexpr std::int64_t kTailWaitUs = 300'000;
constexpr std::chrono::milliseconds kLookAtClient{100};

/// Waits on the thread of a request for something that runs on others; ends it when the client goes.
class Awaited {
 public:
  api::OnDone on_done() {
    return [this](Result<void> result) {
      const std::lock_guard lock(mutex_);
      result_ = std::move(result);
      changed_.notify_one();
    };
  }
  Result<void> wait(api::Running& running, const control::Call& call) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kLookAtClient, [&] { return result_.has_value(); })) {
      if (!call.is_over()) continue;
      lock.unlock();  // cancel() may call on_done
      running.cancel();
      lock.lock();
    }
    return std::move(*result_);
  }

 private:
  std::mutex mutex_;  // guards result_
  std::condition_variable changed_;
  std::optional<Result<void>> result_;
};

Result<json> search(Parts& parts, const json& request, control::Call& call) {
  TRY_ASSIGN(auto question, archive::search::parse_request_line(json{{"search", request.at("search")}}.dump()));
  Awaited awaited;
  TRY_ASSIGN(const auto running,
             parts.searches.start(
                 std::move(question), actor_of(call), [&call](std::string_view line) { return call.send_text(line); },
                 awaited.on_done()));
  TRY(awaited.wait(*running, call));
  return json::object();
}

/// The lines themselves; the command decodes and filters them.
Result<json> tail_lines(archive::CommitFeed& feed, std::uint64_t from, std::uint64_t end, bool follow,
                        control::Call& call) {
  while (!call.is_over() && (follow || from < end)) {
    bool heard = true;
    const std::size_t most = follow ? kTailLines : std::min<std::size_t>(kTailLines, end - from);
    TRY_ASSIGN(from, feed.read(from, most, kTailWaitUs, [&](const archive::CommittedLine& line) {
      heard = heard && call.send({{"line", line.line}});
    }));
    if (!heard) break;
  }
  return json{{"next", from}};
}

/// Rows of events that match.
Result<json> tail_rows(Parts& parts, const std::string& query, std::uint64_t from, std::uint64_t end, bool follow,
                       control::Call& call) {
  Awaited awaited;
  TRY_ASSIGN(const auto running,
             parts.tails.start(
                 {query, from, "uid " + std::to_string(call.peer().uid)}, follow ? 0 : end,
                 [&call](std::string_view line) { return call.send_text(line); }, awaited.on_done()));
  TRY(awaited.wait(*running, call));
  return json{{"next", end}};
}

Result<json> tail(Parts& parts, const json& request, control::Call& call) {
  archive::CommitFeed& feed = parts.archive.feed();
  const std::uint64_t end = feed.end(), lines = request.value("lines", std::uint64_t{10});
  std::uint64_t from = request.value("from", std::uint64_t{0});
  if (from == 0) from = end > lines ? end - lines : 1;
  const bool follow = request.value("follow", false);
  const std::string query = request.value("query", "");
  return query.empty() ? tail_lines(feed, from, end, follow, call) : tail_rows(parts, query, from, end, follow, call);
}

json saved_json(const api::SavedSearch& search) {
  json out = {{"id", search.id},
              {"name", search.name},
              {"query", search.query},
              {"version", search.version},
              {"changed", format_rfc3339(search.changed)},
              {"changed_by", search.changed_by}};
  if (!search.from.empty()) out["from"] = search.from;
  if (!search.to.empty()) out["to"] = search.to;
  return out;
}

std::optional<std::uint64_t> expected_version(const json& request) {
  return request.contains("expected") ? std::optional(request["expected"].get<std::uint64_t>()) : std::nullopt;
}

Result<json> saved_list(Parts& parts) {
  TRY_ASSIGN(const auto searches, parts.saved.list());
  json out = json::array();
  for (const api::SavedSearch& search : searches) out.push_back(saved_json(search));
  return json{{"searches", std::move(out)}};
}

Result<json> saved_put(Parts& parts, const json& request, const control::Call& call) {
  api::SavedSearch search;
  search.id = request.at("id").get<std::string>();
  search.query = request.at("query").get<std::string>();
  search.name = request.value("name", search.id);
  search.from = request.value("from", "");
  search.to = request.value("to", "");
  search.changed_by = "local";
  TRY(parts.audit.before("saved.put", actor_of(call), {{"id", search.id}, {"query", search.query}}));
  TRY_ASSIGN(const api::SavedSearch kept, parts.saved.put(std::move(search), expected_version(request)));
  return saved_json(kept);
}

Result<json> saved_delete(Parts& parts, const json& request, const control::Call& call) {
  const std::string id = request.at("id").get<std::string>();
  TRY(parts.audit.before("saved.delete", actor_of(call), {{"id", id}}));
  TRY(parts.saved.remove(id, expected_version(request)));
  return json::object();
}

}  // namespace

void add_search_handlers(Parts& parts, std::map<std::string, control::Handler>& handlers) {
  handlers["search"] = [&parts](const json& request, control::Call& call) { return search(parts, request, call); };
  handlers["tail"] = [&parts](const json& request, control::Call& call) { return tail(parts, request, call); };
  handlers["saved.list"] = [&parts](const json&, control::Call&) { return saved_list(parts); };
  handlers["saved.put"] = [&parts](const json& request, control::Call& call) {
    return saved_put(parts, request, call);
  };
  handlers["saved.delete"] = [&parts](const json& request, control::Call& call) {
    return saved_delete(parts, request, call);
  };
}

}  // namespace yorozu::serve
