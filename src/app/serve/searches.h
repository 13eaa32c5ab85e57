/// Questions of people and programs to the live server: recorded in the audit log, then answered by the query children.
#pragma once

#include <memory>

#include "api/services.h"
#include "app/queries/queries.h"
#include "app/serve/audit.h"
#include "archive/archive.h"
#include "archive/search/search.h"

namespace yorozu::serve {

class Searches final : public api::SearchService {
 public:
  /// All outlive it, and end after the last search.
  Searches(queries::Queries& queries, const Audit& audit, archive::CommitFeed& feed)
      : queries_(queries), audit_(audit), feed_(feed) {}

  Result<std::shared_ptr<api::Running>> start(const api::SearchRequest& request, api::OnLine on_line,
                                              api::OnDone on_done) override;
  /// The same for one who says everything of a question.
  Result<std::shared_ptr<api::Running>> start(archive::search::SearchRequest request, const Actor& actor,
                                              api::OnLine on_line, api::OnDone on_done);

 private:
  queries::Queries& queries_;
  const Audit& audit_;
  archive::CommitFeed& feed_;
};

}  // namespace yorozu::serve
