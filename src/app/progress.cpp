#include "app/progress.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>

namespace yorozu::app {

namespace {

using Clock = std::chrono::steady_clock;
using message::Id;

constexpr auto kInterval = std::chrono::milliseconds(200);
constexpr double kMiB = 1024.0 * 1024.0;
constexpr int kBarWidth = 20;

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string bar(double share) {
  std::string out;
  const int full = static_cast<int>(share * kBarWidth);
  for (int i = 0; i < kBarWidth; ++i) out += i < full ? "█" : "░";
  return out;
}

std::string line(const hunt::Input& input, const hunt::HuntProgress& progress, message::Lang lang, double seconds) {
  const std::uint64_t matches = progress.matches;
  if (!progress.reading) return message::format(lang, Id::HuntProgressWriting, matches);
  const auto done = static_cast<double>(input.bytes_read());
  const auto total = std::max(static_cast<double>(input.bytes_total()), 1.0);
  const double share = std::min(done / total, 1.0);
  const auto per_second = static_cast<std::uint64_t>(static_cast<double>(progress.events) / std::max(seconds, 0.001));
  const std::string left = share > 0.01 ? duration(seconds / share - seconds) : "-:--";
  return bar(share) + " " +
         message::format(lang, Id::HuntProgressReading, share * 100, done / kMiB, total / kMiB, per_second, matches,
                         left);
}

void show(const hunt::Input& input, const hunt::HuntProgress& progress, message::Lang lang, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  const auto start = Clock::now();
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, stop, kInterval, [&] { return stop.stop_requested(); })) {
    const std::chrono::duration<double> passed = Clock::now() - start;
    std::fprintf(stderr, "\r\x1b[K%s", line(input, progress, lang, passed.count()).c_str());
  }
  std::fputs("\r\x1b[K", stderr);
}

}  // namespace

ProgressLine::ProgressLine(const hunt::Input& input, const hunt::HuntProgress& progress, message::Lang lang)
    : thread_([&input, &progress, lang](std::stop_token stop) { show(input, progress, lang, stop); }) {}

ProgressLine::~ProgressLine() = default;

}  // namespace yorozu::app
