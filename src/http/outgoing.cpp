#include "http/outgoing.h"

#include <utility>

namespace yorozu::http {

bool Outgoing::push(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return is_gone_ || state_ != State::Open || waiting_.size() < limit_; });
  if (is_gone_ || state_ != State::Open) return false;
  waiting_ += bytes;
  wake(lock);
  return true;
}

Outgoing::Offered Outgoing::offer(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  if (is_gone_ || state_ != State::Open) return Offered::Gone;
  if (waiting_.size() >= limit_) return Offered::NoRoom;
  waiting_ += bytes;
  wake(lock);
  return Offered::Taken;
}

void Outgoing::end() {
  std::unique_lock lock(mutex_);
  if (state_ != State::Open) return;
  state_ = State::Ended;
  wake(lock);
}

void Outgoing::end_with(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  if (state_ != State::Open) return;
  waiting_ = bytes;
  state_ = State::Ended;
  wake(lock);
}

void Outgoing::abort() {
  std::unique_lock lock(mutex_);
  if (state_ != State::Open) return;
  state_ = State::Aborted;
  wake(lock);
}

void Outgoing::set_wake(std::function<void()> wake_connection) {
  std::unique_lock lock(mutex_);
  wake_ = std::move(wake_connection);
  is_woken_ = false;
  if (!waiting_.empty() || state_ != State::Open) wake(lock);
}

Outgoing::State Outgoing::take(std::string& to) {
  const std::lock_guard lock(mutex_);
  to = std::exchange(waiting_, {});
  is_woken_ = false;
  room_.notify_all();
  return state_;
}

void Outgoing::gone() {
  std::function<void()> forgotten;  // destroyed outside of the lock: it may hold the connection
  {
    const std::lock_guard lock(mutex_);
    is_gone_ = true;
    forgotten = std::exchange(wake_, nullptr);
    waiting_.clear();
    room_.notify_all();
  }
}

void Outgoing::wake(std::unique_lock<std::mutex>& lock) {
  if (is_gone_ || !wake_ || std::exchange(is_woken_, true)) return;
  const auto call = wake_;
  lock.unlock();
  call();
}

}  // namespace yorozu::http
