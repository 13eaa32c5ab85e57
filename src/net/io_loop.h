/// One thread that waits for sockets and timers. Everything of a connection happens on the thread of its loop, so a
/// connection needs no lock; whoever wants more threads makes more loops. Nothing on it may block.
///
/// Boost.Asio does the waiting; its headers stay in .cpp files (this header only names io_context).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace yorozu::net {

class IoLoop {
 public:
  /// `report` is told, on the loop's thread, what escaped from a task or callback, with the name of the task.
  /// Starts the thread; its name is shown by tools ("ps -L"), at most 15 characters.
  explicit IoLoop(std::string name, std::function<void(std::string_view)> report = {});
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;
  ~IoLoop();  ///< stop()

  /// Runs `work` on the loop's thread, soon; from any thread. After stop() it is dropped.
  void post(std::function<void()> work);
  /// Runs `work` on the loop's thread and waits for it; at once when called from there, or after stop().
  void call(const std::function<void()>& work);
  bool is_this_thread() const;

  /// Tasks (spawn.h, connections) that have begun and not ended.
  std::size_t tasks() const;
  /// Waits until no task is left; false when `limit` passed first. Not from the loop's thread.
  bool wait_for_tasks(std::chrono::milliseconds limit);
  /// Ends the thread; what still waits is dropped, its captures destroyed on the calling thread when the loop is.
  /// Idempotent. Objects on the loop are ended by their owners before this.
  void stop();

  /// For .cpp files that speak Asio. One thread runs it.
  boost::asio::io_context& context();
  /// Counting for spawn.h; each begin has one end. `problem`: what escaped, "" for nothing.
  void begin_task();
  void end_task(std::string_view name, std::string_view problem);

 private:
  friend class Watch;
  friend class Timer;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Tells when a descriptor may be read or written without waiting. On the loop's thread only. Does not own the
/// descriptor, which must stay open until the Watch is gone.
class Watch {
 public:
  Watch(IoLoop& loop, int fd);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();  ///< cancel()
  /// One call of `ready`, later. At most one wait for each direction at a time.
  void when_readable(std::function<void()> ready);
  void when_writable(std::function<void()> ready);
  /// What waits is forgotten without a call.
  void cancel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One deadline. On the loop's thread only.
class Timer {
 public:
  explicit Timer(IoLoop& loop);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();  ///< cancel()
  /// Calls `due` once after `delay`; replaces what was set before.
  void in(std::chrono::milliseconds delay, std::function<void()> due);
  void cancel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::net
