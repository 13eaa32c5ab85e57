#include "app/queries/queries.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "app/process/stream_lines.h"
#include "archive/search/result_lines.h"
#include "base/try.h"

namespace yorozu::queries {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Query {
 public:
  Query(Question asked, OnLine line, OnDone done)
      : question(std::move(asked)),
        on_line(std::move(line)),
        on_done(std::move(done)),
        cancelled_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  void cancel() { eventfd_write(cancelled_.get(), 1); }
  int cancelled_fd() const { return cancelled_.get(); }

  const Question question;
  const OnLine on_line;
  const OnDone on_done;

 private:
  Fd cancelled_;
};

namespace {

constexpr milliseconds kKilledWithin{5'000};
constexpr milliseconds kTimeoutGrace{2'000};  // the child ends by itself first, with what it found

bool is_last_line(std::string_view line) {
  return line.starts_with(R"({"done":)") || line.starts_with(R"({"error":)");
}

Result<std::pair<Fd, Fd>> make_stream() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ErrorCode::Io, std::string("socketpair: ") + std::strerror(errno));
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

std::string queued_line(std::size_t position) {
  return R"({"queued":{"position":)" + std::to_string(position) + "}}";
}

/// How one question goes on: until its end, until somebody wants no more, until the time is over.
class Relay {
 public:
  Relay(const Query& query, const Fd& stream, milliseconds timeout) : query_(query), stream_(stream), lines_(stream) {
    give_up_at_ = Clock::now() + timeout;
  }

  /// Hands lines on until the child has closed; `is_stuck` when it does not although it was asked to.
  Result<void> run(milliseconds polite, const std::function<void()>& kill_child) {
    for (;;) {
      while (lines_.has_line()) {
        TRY_ASSIGN(const auto line, lines_.next());
        if (line) take(*line);
      }
      wait();
      const auto now = Clock::now();
      if (!ending_ && now >= give_up_at_) ask_to_end(ErrorCode::Timeout, "the search took too long");
      if (ending_ && !polite_until_) polite_until_ = now + polite;
      if (ending_ && now >= *polite_until_) {
        if (killed_) return std::unexpected(*ending_);  // not even that: its end of the stream stays with it
        kill_child();
        killed_ = true;
        polite_until_ = now + kKilledWithin;
      }
      if (!can_read_) continue;
      const auto more = lines_.fill();
      if (!more) return std::unexpected(more.error());
      if (!*more) return result();
    }
  }

 private:
  void take(std::string_view line) {
    if (ending_) return;  // nobody wants it
    has_end_ = is_last_line(line);
    if (!query_.on_line(line)) ask_to_end(ErrorCode::Cancelled, "cancelled");
  }
  void ask_to_end(ErrorCode code, const char* why) {
    ending_ = Error{code, why};
    shutdown(stream_.get(), SHUT_WR);
  }
  void wait() {
    constexpr int kLookAgainMs = 100;
    pollfd fds[] = {{stream_.get(), POLLIN, 0}, {ending_ ? -1 : query_.cancelled_fd(), POLLIN, 0}};
    poll(fds, 2, kLookAgainMs);
    can_read_ = fds[0].revents != 0;
    if (!ending_ && fds[1].revents != 0) ask_to_end(ErrorCode::Cancelled, "cancelled");
  }
  Result<void> result() const {
    if (has_end_) return {};
    if (ending_) return std::unexpected(*ending_);
    return fail(ErrorCode::Internal, "the process that answered has ended; ask again, or for less at a time");
  }

  const Query& query_;
  const Fd& stream_;
  process::StreamLines lines_;
  Clock::time_point give_up_at_;
  std::optional<Clock::time_point> polite_until_;
  std::optional<Error> ending_;  ///< why it was asked to end
  bool killed_ = false, can_read_ = false, has_end_ = false;
};

}  // namespace

Queries::Queries(Options options) : options_(std::move(options)), waiting_(options_.queue) {}

Queries::~Queries() {
  stop();
}

void Queries::add_child(process::Channel channel, pid_t pid) {
  sweep();
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  Child& child = children_.emplace_back(Child{std::move(channel), pid, false, {}});
  ++counts_.children;
  child.thread = std::jthread([this, &child] { serve(child); });
}

/// Joins the threads of children that are gone, without the lock they take at their end.
void Queries::sweep() {
  std::list<Child> gone;
  const std::lock_guard lock(mutex_);
  for (auto it = children_.begin(); it != children_.end();) {
    const auto here = it++;
    if (here->is_gone) gone.splice(gone.end(), children_, here);
  }
}

Result<std::shared_ptr<Query>> Queries::ask(Question question, OnLine on_line, OnDone on_done) {
  const auto most = options_.timeout.count() * 1000;
  auto& timeout = question.request.timeout_us;
  timeout = timeout == 0 ? most : std::min<std::int64_t>(timeout, most);
  auto query = std::make_shared<Query>(std::move(question), std::move(on_line), std::move(on_done));
  std::size_t position = 0;
  {
    const std::lock_guard lock(mutex_);
    const bool waits = running_.size() + waiting_.size() >= counts_.children;
    if (waits) position = waiting_.position_of_next(query->question.asker);
  }
  if (position != 0 && !query->on_line(queued_line(position))) return fail(ErrorCode::Cancelled, "cancelled");
  const std::lock_guard lock(mutex_);
  if (stopping_ || !waiting_.push(query->question.asker, query)) {
    ++counts_.refused;
    return fail(ErrorCode::Overloaded,
                stopping_ ? "the server is stopping"
                          : "busy: " + std::to_string(waiting_.size()) + " searches wait already; come again");
  }
  ++counts_.started;
  changed_.notify_one();
  return query;
}

void Queries::cancel(const std::shared_ptr<Query>& query) {
  bool waited = false;
  {
    const std::lock_guard lock(mutex_);
    waited = waiting_.remove([&](const Waiting& it) { return it == query; });
  }
  if (waited)
    finish(query, fail(ErrorCode::Cancelled, "cancelled"));
  else
    query->cancel();
}

Counts Queries::counts() const {
  const std::lock_guard lock(mutex_);
  Counts out = counts_;
  out.running = running_.size();
  out.waiting = waiting_.size();
  return out;
}

void Queries::stop() {
  std::list<Child> children;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const Waiting& query : running_) query->cancel();
    changed_.notify_all();
    children.swap(children_);
  }
  children.clear();  // joins
  for (;;) {
    std::optional<std::pair<std::string, Waiting>> left;
    {
      const std::lock_guard lock(mutex_);
      left = waiting_.pop();
    }
    if (!left) return;
    finish(left->second, fail(ErrorCode::Cancelled, "the server is stopping"));
  }
}

void Queries::serve(Child& child) {
  for (;;) {
    Waiting query;
    std::string asker;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || waiting_.size() != 0; });
      if (stopping_) return;
      std::tie(asker, query) = *waiting_.pop();
      running_.push_back(query);
    }
    const bool was_begun = answer(child, query);
    const std::lock_guard lock(mutex_);
    std::erase(running_, query);
    if (was_begun) continue;
    waiting_.push_front(asker, query);
    changed_.notify_one();  // another child takes it
    child.is_gone = true;
    --counts_.children;
    return;
  }
}

bool Queries::answer(Child& child, const Waiting& query) {
  auto stream = make_stream();
  if (!stream) return finish(query, std::unexpected(stream.error())), true;
  if (!child.channel.send({"query"}, stream->second.get())) return false;
  stream->second = Fd();
  Result<void> result = query->question.before ? query->question.before() : Result<void>();
  if (result) result = relay(child, query, stream->first);
  stream->first = Fd();
  finish(query, std::move(result));
  return true;
}

Result<void> Queries::relay(Child& child, const Waiting& query, const Fd& stream) {
  const archive::search::SearchRequest& request = query->question.request;
  if (!process::write_stream_line(stream, archive::search::request_line(request)))
    return fail(ErrorCode::Internal, "the process that answers has ended; ask again");
  Relay relay(*query, stream,
              std::chrono::duration_cast<milliseconds>(std::chrono::microseconds(request.timeout_us)) + kTimeoutGrace);
  return relay.run(options_.polite, [&] {
    if (options_.kill_child) options_.kill_child(child.pid);
  });
}

void Queries::finish(const Waiting& query, Result<void> result) {
  {
    const std::lock_guard lock(mutex_);
    if (result)
      ++counts_.finished;
    else
      ++(result.error().code == ErrorCode::Cancelled ? counts_.cancelled : counts_.failed);
  }
  query->on_done(std::move(result));
}

}  // namespace yorozu::queries
