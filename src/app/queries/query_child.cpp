#include "app/queries/query_child.h"

#include <malloc.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>

#include "app/process/stream_lines.h"
#include "base/file.h"
#include "base/try.h"

namespace yorozu::queries {

namespace {

namespace search = archive::search;

constexpr int kTooMuchMemory = 3;  // exit status

/// Memory of its own that the process holds: what is mapped from files is the page cache's.
std::uint64_t own_memory_bytes() {
  const std::string statm = read_file("/proc/self/statm").value_or("");
  std::uint64_t numbers[3] = {};  // size, resident, shared, in pages
  const char* at = statm.data();
  const char* const end = at + statm.size();
  for (std::uint64_t& number : numbers) {
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc()) return 0;
    at = read.ptr == end ? end : read.ptr + 1;
  }
  return (numbers[1] - std::min(numbers[1], numbers[2])) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Looks twenty times a second. Beyond the limit the question is asked to end; beyond half as much again, or when it
/// does not end within a second, the process does.
class MemoryWatch {
 public:
  explicit MemoryWatch(std::uint64_t limit)
      : limit_(limit), thread_([this](const std::stop_token& stop) { watch(stop); }) {}
  bool is_over() const { return over_; }

 private:
  void watch(const std::stop_token& stop) {
    constexpr int kLooksUntilTheEnd = 20;
    std::unique_lock lock(mutex_);
    int looks = 0;
    while (!changed_.wait_for(lock, stop, std::chrono::milliseconds(50), [&] { return stop.stop_requested(); })) {
      const std::uint64_t now = own_memory_bytes();
      if (now > limit_) over_ = true;
      if (now > limit_ + limit_ / 2 || (over_ && ++looks > kLooksUntilTheEnd)) _exit(kTooMuchMemory);
    }
  }
  const std::uint64_t limit_;
  std::atomic<bool> over_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

bool is_cancelled(const Fd& stream) {
  pollfd fd{stream.get(), POLLRDHUP, 0};
  return poll(&fd, 1, 0) > 0;
}

search::SearchFailure too_much_memory(std::uint64_t limit) {
  return {{ErrorCode::Overloaded, "this query needs more memory than a query may have (" + std::to_string(limit >> 20) +
                                      " MiB): a shorter time, fewer groups"},
          {}};
}

void answer_one(const Fd& stream, const ChildOptions& options) {
  std::string line;
  const auto fail_with = [&](const search::SearchFailure& failure) {
    line.clear();
    search::append_error_line(failure, line);
    (void)process::write_stream_line(stream, line);
  };
  process::StreamLines lines(stream);
  const auto text = lines.next();
  if (!text || !*text) return;
  const auto request = search::parse_request_line(**text);
  if (!request) return fail_with({request.error(), {}});
  const MemoryWatch memory(options.memory_bytes);
  search::LineSink sink([&](std::string_view out) {
    return !memory.is_over() && !is_cancelled(stream) && process::write_stream_line(stream, out);
  });
  const auto summary = search::answer(*request, options.folders, sink);
  if (memory.is_over()) return fail_with(too_much_memory(options.memory_bytes));
  if (!summary) return fail_with(summary.error());
  line.clear();
  search::append_done_line(*summary, line);
  (void)process::write_stream_line(stream, line);
}

}  // namespace

int run_query_child(const process::Channel& channel, const ChildOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  for (;;) {
    auto message = channel.receive();
    if (!message || !*message) return 0;
    {
      const Fd stream = std::move((*message)->fd);
      if (stream) answer_one(stream, options);
    }  // closed before memory is given back: nobody waits for that
    malloc_trim(0);
  }
}

}  // namespace yorozu::queries
