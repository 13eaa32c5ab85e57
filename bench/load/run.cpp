#include "run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <optional>
#include <thread>

#include "base/try.h"

namespace yorozu::load {

namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::size_t usual_batch(const RunOptions& options) {
  if (options.target.starts_with("bulk:")) return 2000;
  if (options.target.starts_with("udp:")) return options.rate > 0 ? 32 : 64;
  return 1000;
}

struct Batch {
  std::string text;
  std::vector<std::uint32_t> ends;
};

/// The stream that all connections take from, and the pace.
class Source {
 public:
  explicit Source(const RunOptions& options)
      : options_(options), stream_(options.stream), size_(options.batch != 0 ? options.batch : usual_batch(options)) {}

  /// Waits until the batch is due. False: no more.
  bool take(Batch& out) {
    const std::scoped_lock lock(mutex_);
    std::uint64_t wanted = size_;
    if (options_.count != 0) wanted = std::min(wanted, options_.count - stream_.next_number());
    if (wanted == 0 || stopped_ || (options_.seconds > 0 && seconds_since(began_) >= options_.seconds)) return false;
    if (options_.rate > 0)
      std::this_thread::sleep_until(began_ + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(
                                                 static_cast<double>(stream_.next_number()) / options_.rate)));
    out.text.clear();
    out.ends.clear();
    std::int64_t now = options_.start_us + static_cast<std::int64_t>(stream_.next_number()) * kStepUs;
    if (options_.live)
      now = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
    for (std::uint64_t i = 0; i < wanted; ++i) {
      stream_.append(now, out.text);
      out.ends.push_back(static_cast<std::uint32_t>(out.text.size()));
      if (!options_.live) now += kStepUs;
    }
    bytes_ += out.text.size();
    return true;
  }
  void stop() { stopped_ = true; }

  void report(RunResult& to) const {
    to.sent = stream_.next_number();
    to.bytes = bytes_;
    to.needles = stream_.needles();
    to.seconds = seconds_since(began_);
  }

 private:
  static constexpr std::int64_t kStepUs = 100;
  const RunOptions& options_;
  Stream stream_;
  std::size_t size_;
  Steady::time_point began_ = Steady::now();
  std::mutex mutex_;  // guards the stream and what was counted
  std::uint64_t bytes_ = 0;
  std::atomic<bool> stopped_ = false;
};

Result<Delivery> send_all(Source& source, Sender& sender) {
  Delivery out;
  Batch batch;
  while (source.take(batch)) {
    TRY_ASSIGN(const Delivery delivery, sender.send(batch.text, batch.ends));
    out.accepted += delivery.accepted;
    out.refused += delivery.refused;
    out.repeated += delivery.repeated;
  }
  TRY(sender.finish());
  return out;
}

}  // namespace

Result<RunResult> run(const RunOptions& options) {
  std::vector<std::unique_ptr<Sender>> senders;
  for (unsigned i = 0; i < std::max(1U, options.connections); ++i) {
    TRY_ASSIGN(auto sender, open_sender(options.target, options.sender));
    senders.push_back(std::move(sender));
  }
  const double cpu_before = cpu_seconds();
  Source source(options);
  RunResult out;
  std::mutex mutex;  // guards `out.delivery` and `error`
  std::optional<Error> error;
  const auto work = [&](Sender& sender) {
    const auto delivery = send_all(source, sender);
    const std::scoped_lock lock(mutex);
    if (!delivery) {
      source.stop();
      if (!error) error = delivery.error();
      return;
    }
    out.delivery.accepted += delivery->accepted;
    out.delivery.refused += delivery->refused;
    out.delivery.repeated += delivery->repeated;
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < senders.size(); ++i) threads.emplace_back([&, i] { work(*senders[i]); });
    work(*senders.front());
  }
  if (error) return std::unexpected(*error);
  source.report(out);
  out.cpu_seconds = cpu_seconds() - cpu_before;
  return out;
}

}  // namespace yorozu::load
