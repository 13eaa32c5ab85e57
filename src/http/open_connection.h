/// One connection on its loop, whatever is spoken on it: asks step() again whenever the socket is ready, writes what is
/// in out_, and closes when a deadline passes. Everything happens on the thread of the loop.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "http/server.h"

namespace yorozu::http {

inline constexpr std::size_t kReadBytes = std::size_t{16} << 10;      ///< what a TLS record holds
inline constexpr std::size_t kProgressBytes = std::size_t{64} << 10;  ///< so many earn a new deadline

/// The way back to the loop for answers from other threads; closed when the server goes.
class Gate {
 public:
  explicit Gate(net::IoLoop& loop) : loop_(&loop) {}
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (loop_ != nullptr) loop_->post(std::move(work));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_;
  net::IoLoop* loop_;  // guarded by mutex_
};

class OpenConnection;

/// What connections share; on the loop's thread, but for the counters.
struct ConnectionContext {
  net::IoLoop& loop;
  const Router& router;
  ServerLimits limits;
  std::function<Timestamp()> now;
  std::shared_ptr<Gate> gate;
  std::function<void(std::uint64_t number)> gone;  ///< drops the connection
  /// Another one takes its place, and is started.
  std::function<void(std::uint64_t number, std::shared_ptr<OpenConnection>)> replace;
  std::uint64_t body_memory_left = 0;
  bool is_stopping = false;
  std::atomic<std::uint64_t> requests = 0, refused_busy = 0, bad_requests = 0, timed_out = 0, sockets = 0,
                             sockets_too_slow = 0;
};

/// The socket with its place among those allowed; moves to the connection that speaks on it next.
struct Carrier {
  std::uint64_t number = 0;
  std::string peer;
  std::shared_ptr<net::TcpListener::Place> place;
  std::unique_ptr<net::Stream> stream;
};

/// Read and not yet consumed: [begin, end) of memory that an idle connection gives back.
struct InputBuffer {
  std::unique_ptr<char[]> memory;
  std::size_t capacity = 0, begin = 0, end = 0;
  std::string_view view() const { return {memory.get() + begin, end - begin}; }
  bool empty() const { return begin == end; }
  std::span<char> room(std::size_t at_most);
  void release();
};

class OpenConnection : public std::enable_shared_from_this<OpenConnection> {
 public:
  OpenConnection(std::shared_ptr<ConnectionContext> context, Carrier carrier);
  OpenConnection(const OpenConnection&) = delete;
  OpenConnection& operator=(const OpenConnection&) = delete;
  virtual ~OpenConnection();

  virtual void start() = 0;
  /// Ends an idle connection at once, another one with what it is saying.
  virtual void stop() = 0;
  void close();

 protected:
  enum class Next { Again, Wait, Close };
  /// The next thing to do when nothing waits to be written.
  virtual Next step() = 0;
  /// out_ has been written.
  virtual void wrote_out() = 0;
  /// Nobody would miss it: a deadline that passes is no failure.
  virtual bool is_idle() const = 0;
  /// Once, when it is over.
  virtual void on_closed() {}

  void pump();
  Next read_some();
  Next wait_for(const net::StreamResult& result);
  void arm(std::chrono::milliseconds limit);
  void disarm() { timer_.cancel(); }
  /// A call of pump() from any thread, as long as this lives.
  std::function<void()> pump_later();
  bool is_over() const { return is_over_; }
  /// Lets go of the socket; this connection is over without having been closed.
  Carrier hand_over();

  const std::shared_ptr<ConnectionContext> kept_;  // a posted pump() may outlive the server
  ConnectionContext& context_;
  Carrier carrier_;
  InputBuffer in_;
  std::string out_;
  std::size_t out_begin_ = 0;
  std::uint64_t progress_ = 0;  ///< bytes since the deadline was set

 private:
  Next write_some();

  std::optional<net::Watch> watch_;
  net::Timer timer_;
  bool waits_to_read_ = false, waits_to_write_ = false;
  bool is_over_ = false;
};

}  // namespace yorozu::http
