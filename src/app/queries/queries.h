/// The server's side of the query children: who asks waits in a fair queue, one thread for each child relays what it
/// answers. A question that is cancelled is first asked to end; when its child does not listen within a second, the
/// child is killed. A child that dies costs its own question and nothing else: the supervisor makes another.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "app/process/channel.h"
#include "app/queries/fair_queue.h"
#include "archive/search/search.h"
#include "base/file.h"
#include "base/result.h"

namespace yorozu::queries {

/// A line of the answer (archive/search/result_lines.h), without its line feed; also {"queued":{"position":N}} first,
/// when it has to wait. From any thread, one at a time, in order; may take its time. False: no more, please.
using OnLine = std::function<bool(std::string_view line)>;
/// Once, after the last line. Errors: Cancelled; Timeout; Internal when the child died; of `before`. Without error the
/// last line was "done" or "error".
using OnDone = std::function<void(Result<void>)>;

struct Question {
  std::string asker;  ///< turns are taken between these
  archive::search::SearchRequest request;
  /// Called before anything is searched (the audit line); an error is the answer then. May be empty.
  std::function<Result<void>()> before;
};

class Query;

struct Counts {
  std::uint64_t children = 0, running = 0, waiting = 0;
  std::uint64_t started = 0, finished = 0, cancelled = 0, failed = 0, refused = 0;
};

struct Options {
  QueueLimits queue;
  std::chrono::milliseconds timeout{300'000};  ///< of one question, and its upper bound
  std::chrono::milliseconds polite{1'000};     ///< how long a child may take to end when it is asked to
  std::function<void(pid_t)> kill_child;       ///< by who knows that the number is still that child's
};

class Queries {
 public:
  explicit Queries(Options options);
  ~Queries();  ///< stop()
  Queries(const Queries&) = delete;
  Queries& operator=(const Queries&) = delete;

  /// A child that waits for work.
  void add_child(process::Channel channel, pid_t pid);

  /// Errors: Overloaded, with how many wait. `on_line` may be called before this returns. The handle may be let go.
  Result<std::shared_ptr<Query>> ask(Question question, OnLine on_line, OnDone on_done);
  /// Idempotent; from any thread. OnDone follows, if it was not called yet.
  void cancel(const std::shared_ptr<Query>& query);

  Counts counts() const;
  /// Every OnDone was called afterwards. Idempotent.
  void stop();

 private:
  struct Child {
    process::Channel channel;
    pid_t pid = 0;
    bool is_gone = false;
    std::jthread thread;
  };
  using Waiting = std::shared_ptr<Query>;

  void serve(Child& child);
  /// False: the child is gone; then `query` was not begun.
  bool answer(Child& child, const Waiting& query);
  Result<void> relay(Child& child, const Waiting& query, const Fd& stream);
  void finish(const Waiting& query, Result<void> result);
  void sweep();

  const Options options_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  FairQueue<Waiting> waiting_;
  std::list<Child> children_;
  std::list<Waiting> running_;
  Counts counts_;
  bool stopping_ = false;
};

}  // namespace yorozu::queries
