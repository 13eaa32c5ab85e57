/// An intake for tests: keeps what it is given, refuses when told to, acknowledges at once, late or never.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ingest/intake.h"

namespace yorozu::ingest::testing {

struct TakenFrame {
  std::string input, peer, raw;
  std::optional<std::uint64_t> cut;
  std::uint64_t stream = 0;
  std::size_t batch = 0;  ///< number of the batch it came in
};

class TestIntake : public Intake {
 public:
  enum class Acknowledge { AtOnce, WhenTold };
  explicit TestIntake(Acknowledge acknowledge = Acknowledge::AtOnce) : acknowledge_(acknowledge) {}

  bool try_push(FrameBatch& batch) override {
    const std::lock_guard lock(mutex_);
    if (room_ == 0) {
      ++refused_;
      return false;
    }
    if (room_ != kEndless) --room_;
    FrameBatch taken = std::move(batch);
    for (const Frame& frame : taken.frames)
      frames_.push_back({taken.input, taken.peer, std::string(frame.raw), frame.cut, taken.stream, batches_});
    ++batches_;
    if (!taken.done) return true;
    if (acknowledge_ == Acknowledge::AtOnce)
      taken.done({});
    else
      waiting_.push_back(std::move(taken.done));
    return true;
  }
  void when_room(std::function<void()> ready) override {
    const std::lock_guard lock(mutex_);
    if (room_ > 0)
      callers_.emplace_back(std::move(ready));  // "from another thread, never from inside this call"
    else
      ready_.push_back(std::move(ready));
  }

  /// Room for `batches` from now on.
  static constexpr std::size_t kEndless = SIZE_MAX;
  void set_room(std::size_t batches) {
    std::vector<std::function<void()>> ready;
    {
      const std::lock_guard lock(mutex_);
      room_ = batches;
      if (room_ > 0) ready.swap(ready_);
    }
    for (const auto& call : ready) call();
  }
  /// Batches that wait for their commit.
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  /// Commits the oldest of them, or fails to.
  void settle(const Result<void>& result = {}) {
    std::function<void(const Result<void>&)> done;
    {
      const std::lock_guard lock(mutex_);
      done = std::move(waiting_.front());
      waiting_.pop_front();
    }
    done(result);
  }

  std::vector<TakenFrame> frames() const {
    const std::lock_guard lock(mutex_);
    return frames_;
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    for (TakenFrame& frame : frames()) texts.push_back(std::move(frame.raw));
    return texts;
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return frames_.size();
  }
  std::size_t refused() const {
    const std::lock_guard lock(mutex_);
    return refused_;
  }

 private:
  Acknowledge acknowledge_;
  mutable std::mutex mutex_;
  std::vector<TakenFrame> frames_;
  std::vector<std::function<void()>> ready_;
  std::deque<std::function<void(const Result<void>&)>> waiting_;
  std::size_t room_ = kEndless;
  std::size_t batches_ = 0, refused_ = 0;
  std::vector<std::jthread> callers_;
};

}  // namespace yorozu::ingest::testing
