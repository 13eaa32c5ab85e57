/// Bytes on their way from any thread to one connection, bounded: who produces faster than the client reads waits
/// (push) or is refused (offer), and learns that the client has gone.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace yorozu::http {

class Outgoing {
 public:
  explicit Outgoing(std::size_t limit = std::size_t{256} << 10) : limit_(limit) {}
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  /// Waits while `limit` bytes or more wait. False: nobody reads any more. Not from a thread of an IoLoop.
  bool push(std::string_view bytes);
  enum class Offered { Taken, NoRoom, Gone };
  /// Never waits.
  Offered offer(std::string_view bytes);
  /// All has been said; what waits still goes out.
  void end();
  /// As end(), with `bytes` in the place of what still waits.
  void end_with(std::string_view bytes);
  /// What is missing will not come: the client shall see that the answer is broken off.
  void abort();

  /// For the connection.
  enum class State { Open, Ended, Aborted };
  /// Called when there is news for the connection, from any thread, until gone().
  void set_wake(std::function<void()> wake);
  /// Gives what waits and makes room.
  State take(std::string& to);
  /// Nobody takes any more; whoever waits in push() goes on. Idempotent.
  void gone();

 private:
  void wake(std::unique_lock<std::mutex>& lock);

  const std::size_t limit_;
  std::mutex mutex_;  // guards all below
  std::condition_variable room_;
  std::string waiting_;
  State state_ = State::Open;
  bool is_gone_ = false;
  bool is_woken_ = false;  ///< the connection knows of news that it has not taken yet
  std::function<void()> wake_;
};

}  // namespace yorozu::http
