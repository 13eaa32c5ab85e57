/// An intake for tests: keeps what is pushed as an archive would, can be full, and can fail to commit.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "ingest/intake.h"
#include "proof/line.h"

namespace yorozu::ingest {

class TestIntake final : public Intake {
 public:
  enum class Answer { Commit, Fail, Full, Hold };

  bool try_push(FrameBatch& batch) override {
    std::function<void(const Result<void>&)> done;
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      ++pushes_;
      answer = answer_;
      if (answer == Answer::Full) return false;
      if (answer == Answer::Hold) {
        held_.push_back(std::move(batch));
        return true;
      }
      if (answer == Answer::Commit) commit(batch);
    }
    batch.done(answer == Answer::Commit ? Result<void>() : fail(ErrorCode::Overloaded, "the disk is full"));
    return true;
  }
  void when_room(std::function<void()> ready) override {
    const std::lock_guard lock(mutex_);
    if (answer_ == Answer::Full)
      ready_.push_back(std::move(ready));
    else  // room came between the refusal and this call
      callers_.emplace_back(std::move(ready));
  }

  /// From now on. What waits for room is told, what is held is answered.
  void answer(Answer answer) {
    std::vector<std::function<void()>> ready;
    std::vector<FrameBatch> held;
    {
      const std::lock_guard lock(mutex_);
      answer_ = answer;
      if (answer == Answer::Hold) return;
      if (answer != Answer::Full) std::swap(ready, ready_);
      std::swap(held, held_);
      if (answer == Answer::Commit)
        for (FrameBatch& batch : held) commit(batch);
    }
    for (FrameBatch& batch : held)
      batch.done(answer == Answer::Commit ? Result<void>() : fail(ErrorCode::Overloaded, "the disk is full"));
    for (const auto& call : ready) call();
  }

  std::vector<proof::Line> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::vector<std::string> raws() const {
    std::vector<std::string> out;
    for (const proof::Line& line : lines()) out.push_back(line.raw);
    return out;
  }
  std::size_t pushes() const {
    const std::lock_guard lock(mutex_);
    return pushes_;
  }

 private:
  void commit(const FrameBatch& batch) {
    for (const Frame& frame : batch.frames) {
      Buffer tail, text;
      proof::append_line_tail({frame.received, batch.input, batch.peer, frame.via_json, frame.raw, frame.cut}, tail);
      proof::append_line(lines_.size() + 1, tail.view(), text);
      lines_.push_back(proof::parse_line(text.view()).value());
    }
  }

  mutable std::mutex mutex_;  ///< guards everything below
  Answer answer_ = Answer::Commit;
  std::vector<proof::Line> lines_;
  std::vector<FrameBatch> held_;
  std::vector<std::function<void()>> ready_;
  std::size_t pushes_ = 0;
  std::vector<std::jthread> callers_;
};

/// Whether `condition` comes true within ten seconds; looks every few milliseconds.
inline bool comes_true(const std::function<bool()>& condition) {
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
       std::chrono::steady_clock::now() < end;) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return condition();
}

}  // namespace yorozu::ingest
