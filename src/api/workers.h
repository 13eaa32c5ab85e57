/// A few threads for answers that may have to read: what waits is bounded, and what does not fit is refused.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace yorozu::api {

class Workers {
 public:
  static constexpr std::size_t kMaxWaiting = 256;

  explicit Workers(unsigned threads);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();  ///< Waits for what is being done; what still waits is dropped.

  /// False: too much waits already; `work` was not taken.
  bool post(std::function<void()> work);

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;  // guards waiting_
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::jthread> threads_;
};

}  // namespace yorozu::api
