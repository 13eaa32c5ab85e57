#include "app/serve/tails.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <ranges>

#include "archive/search/result_lines.h"
#include "base/try.h"
#include "query/query.h"

namespace yorozu::serve {

namespace search = archive::search;

namespace {

constexpr std::int64_t kWaitUs = 300'000;
constexpr std::uint64_t kStretch = 2000;  // lines at a time: that many rows are held at most
constexpr int kBehindIntake = 10;

/// Keeps rows, which come newest first.
class Rows final : public search::SearchSink {
 public:
  bool row(const search::Row& row) override {
    rows.push_back(row);
    return true;
  }
  std::vector<search::Row> rows;
};

}  // namespace

class Tails::Tail final : public api::Running {
 public:
  Tail(const api::TailRequest& request, std::uint64_t end_seq, api::OnLine on_line, api::OnDone on_done)
      : next_(request.from_seq), end_(end_seq), on_line_(std::move(on_line)), on_done_(std::move(on_done)) {
    question_.query = request.query;
    question_.limit = 0;
    question_.index = search::IndexUse::Never;  // it does not know lines that young
  }

  void cancel() override { cancelled_ = true; }
  bool is_over() const { return over_; }

  void run(archive::CommitFeed& feed, const search::Folders& folders) {
    setpriority(PRIO_PROCESS, 0, kBehindIntake);  // of this thread alone, on Linux
    on_done_(follow(feed, folders));
    over_ = true;
  }

 private:
  Result<void> follow(archive::CommitFeed& feed, const search::Folders& folders) {
    if (next_ == 0) next_ = feed.end();
    while (end_ == 0 || next_ < end_) {
      if (cancelled_) return fail(ErrorCode::Cancelled, "cancelled");
      if (next_ >= feed.end()) {
        TRY_ASSIGN(const std::uint64_t heard, feed.read(next_, 1, kWaitUs, [](const archive::CommittedLine&) {}));
        if (heard == next_) continue;
      }
      const std::uint64_t end = std::min(feed.end(), next_ + kStretch);
      question_.first_seq = next_;
      question_.end_seq = end_ == 0 ? end : std::min(end, end_);
      Rows found;
      const auto answered = search::answer(question_, folders, found);
      if (!answered) return std::unexpected(answered.error().error);
      for (const search::Row& row : std::views::reverse(found.rows)) {
        line_.clear();
        search::append_row_line(row, line_);
        if (!on_line_(line_)) return fail(ErrorCode::Cancelled, "cancelled");
      }
      next_ = question_.end_seq;
    }
    return {};
  }

  search::SearchRequest question_;
  std::uint64_t next_;
  const std::uint64_t end_;
  const api::OnLine on_line_;
  const api::OnDone on_done_;
  std::string line_;
  std::atomic<bool> cancelled_ = false, over_ = false;
};

Tails::~Tails() {
  stop();
}

Result<std::shared_ptr<api::Running>> Tails::start(const api::TailRequest& request, api::OnLine on_line,
                                                   api::OnDone on_done) {
  return start(request, 0, std::move(on_line), std::move(on_done));
}

Result<std::shared_ptr<api::Running>> Tails::start(const api::TailRequest& request, std::uint64_t end_seq,
                                                   api::OnLine on_line, api::OnDone on_done) {
  const auto query = query::parse_query(request.query);
  if (!query) return fail(ErrorCode::InvalidInput, "the query cannot be understood");
  if (!query->stages.empty()) return fail(ErrorCode::InvalidInput, "a tail shows events: no stages behind a pipe");
  sweep();
  const std::lock_guard lock(mutex_);
  if (stopping_ || running_.size() >= kMost)
    return fail(ErrorCode::Overloaded, stopping_ ? "the server is stopping" : "too many tails at a time");
  auto tail = std::make_shared<Tail>(request, end_seq, std::move(on_line), std::move(on_done));
  running_.push_back({tail, std::jthread([this, tail] { tail->run(feed_, folders_); })});
  return tail;
}

/// Joins the threads of tails that are over.
void Tails::sweep() {
  std::list<Running> over;
  const std::lock_guard lock(mutex_);
  for (auto it = running_.begin(); it != running_.end();) {
    const auto here = it++;
    if (here->tail->is_over()) over.splice(over.end(), running_, here);
  }
}

void Tails::stop() {
  std::list<Running> running;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const Running& it : running_) it.tail->cancel();
    running.swap(running_);
  }
}

}  // namespace yorozu::serve
