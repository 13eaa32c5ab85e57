#include "app/serve/searches.h"

#include <nlohmann/json.hpp>

#include "base/try.h"
#include "query/audit_records.h"

namespace yorozu::serve {

namespace {

using nlohmann::json;

class RunningSearch final : public api::Running {
 public:
  RunningSearch(queries::Queries& queries, std::shared_ptr<queries::Query> query)
      : queries_(queries), query_(std::move(query)) {}
  void cancel() override { queries_.cancel(query_); }

 private:
  queries::Queries& queries_;
  std::shared_ptr<queries::Query> query_;
};

/// Who asked for what; never what was found.
json detail_of(const archive::search::SearchRequest& request) {
  json detail = {{"query", request.query}};
  if (request.from.known()) detail["from"] = format_rfc3339(request.from);
  if (request.to.known()) detail["to"] = format_rfc3339(request.to);
  return detail;
}

}  // namespace

Result<std::shared_ptr<api::Running>> Searches::start(const api::SearchRequest& request, api::OnLine on_line,
                                                      api::OnDone on_done) {
  Actor actor;
  actor.token = request.principal;
  return start(archive::search::SearchRequest(request), actor, std::move(on_line), std::move(on_done));
}

Result<std::shared_ptr<api::Running>> Searches::start(archive::search::SearchRequest request, const Actor& actor,
                                                      api::OnLine on_line, api::OnDone on_done) {
  // Before the audit line: a question must not find itself.
  if (request.end_seq == 0) request.end_seq = feed_.end();
  queries::Question question;
  question.asker = actor.token.empty() ? "uid " + std::to_string(actor.uid) : "token " + actor.token;
  question.before = [&audit = audit_, actor, detail = detail_of(request)] {
    return audit.before("search", actor, detail);
  };
  request.query = query::without_audit_records(request.query);
  question.request = std::move(request);
  TRY_ASSIGN(auto query, queries_.ask(std::move(question), std::move(on_line), std::move(on_done)));
  return std::make_shared<RunningSearch>(queries_, std::move(query));
}

}  // namespace yorozu::serve
