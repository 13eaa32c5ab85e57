#include "inventory/follower.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>

namespace yorozu::inventory {
namespace {

constexpr std::size_t kLinesAtOnce = 5000;
constexpr std::int64_t kWaitUs = 250'000;
constexpr std::chrono::milliseconds kPause{200};  ///< after a failure, or when the feed is closed
constexpr int kNice = 10;

}  // namespace

Follower::~Follower() {
  stop();
}

void Follower::start() {
  thread_ = std::thread([this] { run(); });
}

void Follower::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Follower::run() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), kNice);  // of this thread only
  while (!stop_) {
    const auto before = std::chrono::steady_clock::now();
    const auto lines = inventory_.follow(feed_, kLinesAtOnce, kWaitUs);
    {
      const std::lock_guard lock(mutex_);
      problem_ = lines ? std::string() : lines.error().message;
    }
    const bool waited = std::chrono::steady_clock::now() - before >= kPause;
    if (!lines || (*lines == 0 && !waited)) std::this_thread::sleep_for(kPause);
  }
}

Follower::Lag Follower::lag() const {
  const std::uint64_t end = feed_.end(), next = inventory_.next_seq();
  const std::lock_guard lock(mutex_);
  return {end > next ? end - next : 0, problem_};
}

}  // namespace yorozu::inventory
