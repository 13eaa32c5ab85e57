/// Rows of committed events that match a query, as they come. Each tail has a thread of its own, behind intake in the
/// order of the system, and asks the search for every stretch of new lines: what matches live is what matches later.
#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "api/services.h"
#include "archive/archive.h"
#include "archive/search/search.h"

namespace yorozu::serve {

class Tails final : public api::TailService {
 public:
  static constexpr std::size_t kMost = 64;

  /// `feed` outlives it.
  Tails(archive::CommitFeed& feed, archive::search::Folders folders) : feed_(feed), folders_(std::move(folders)) {}
  ~Tails() override;  ///< stop()
  Tails(const Tails&) = delete;
  Tails& operator=(const Tails&) = delete;

  /// Errors: InvalidInput when the query has stages or is none; Overloaded beyond kMost.
  Result<std::shared_ptr<api::Running>> start(const api::TailRequest& request, api::OnLine on_line,
                                              api::OnDone on_done) override;
  /// The same up to `end_seq`; 0: without an end.
  Result<std::shared_ptr<api::Running>> start(const api::TailRequest& request, std::uint64_t end_seq,
                                              api::OnLine on_line, api::OnDone on_done);
  /// Ends every tail; OnDone of each was called afterwards. Idempotent.
  void stop();

 private:
  class Tail;
  struct Running {
    std::shared_ptr<Tail> tail;
    std::jthread thread;
  };
  void sweep();

  archive::CommitFeed& feed_;
  const archive::search::Folders folders_;
  std::mutex mutex_;  // guards the two below
  std::list<Running> running_;
  bool stopping_ = false;
};

}  // namespace yorozu::serve
