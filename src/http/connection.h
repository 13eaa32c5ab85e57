/// One connection of the server: reads requests, finds their route, writes answers. Everything happens on the thread of
/// its loop.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "http/body_decoder.h"
#include "http/request_parser.h"
#include "http/server.h"

namespace yorozu::http {

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

/// What connections share; on the loop's thread, but for the counters.
struct ConnectionContext {
  net::IoLoop& loop;
  const Router& router;
  ServerLimits limits;
  std::function<Timestamp()> now;
  std::shared_ptr<Gate> gate;
  std::function<void(std::uint64_t number)> gone;  ///< drops the connection
  std::uint64_t body_memory_left = 0;
  bool is_stopping = false;
  std::atomic<std::uint64_t> requests = 0, refused_busy = 0, bad_requests = 0, timed_out = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ConnectionContext> context, std::uint64_t number, net::TcpListener::Accepted accepted,
             std::unique_ptr<net::Stream> stream);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  void start();
  /// Ends an idle connection at once, another one with its answer.
  void stop();
  void close();

 private:
  enum class State {
    Handshake,
    Reading,  ///< head or body
    Waiting,  ///< for an answer, or for a BodyStream
    Lingering,
    Gone,
  };
  enum class Next { Again, Wait, Close };

  void pump();
  Next step();
  Next handshake();
  Next write_some();
  Next read_some();
  Next read_request();
  Next linger();
  Next wait_for(const net::StreamResult& result);

  Next begin_request();
  Next refuse(Response response);
  Next discard(std::size_t bytes);
  Next count_progress(std::size_t bytes);
  Next take_body(std::string_view encoded);
  Result<void> keep(std::string_view decoded);
  Next body_failed(const Error& error);
  Next end_request();
  Next hand_to_stream();
  void stream_took(Result<void> done);
  Next answer(const Response& response);
  void answered_elsewhere(const Reply::Make& make);
  void end_answer();
  Reply make_reply();
  bool reserve(std::uint64_t bytes);
  void arm(std::chrono::milliseconds limit);
  bool is_idle() const;

  const std::shared_ptr<ConnectionContext> kept_;  // a posted pump() may outlive the server
  ConnectionContext& context_;
  const std::uint64_t number_;
  const std::string peer_;
  std::shared_ptr<net::TcpListener::Place> place_;
  std::unique_ptr<net::Stream> stream_;
  net::Watch watch_;
  net::Timer timer_;

  State state_ = State::Handshake;
  /// Read and not yet consumed: [begin, end) of memory that an idle connection gives back.
  struct Input {
    std::unique_ptr<char[]> memory;
    std::size_t capacity = 0, begin = 0, end = 0;
    std::string_view view() const { return {memory.get() + begin, end - begin}; }
    bool empty() const { return begin == end; }
    std::span<char> room(std::size_t at_most);
    void release();
  } in_;
  std::string out_;
  std::size_t out_begin_ = 0;
  bool is_answering_ = false;  ///< what is in out_ is the answer
  bool close_after_ = false;
  bool waits_to_read_ = false, waits_to_write_ = false;

  RequestParser parser_;
  bool head_began_ = false;
  bool head_is_complete_ = false;
  const Route* route_ = nullptr;
  bool is_head_request_ = false;
  bool keep_alive_ = true;
  std::unique_ptr<BodyDecoder> decoder_;
  std::unique_ptr<BodyStream> body_stream_;
  std::string piece_;  ///< on its way to body_stream_
  Request request_;
  std::optional<Response> refusal_;  ///< given when the body was read away
  std::uint64_t discarded_ = 0;
  std::uint64_t reserved_ = 0;
  std::uint64_t progress_ = 0;  ///< bytes since the deadline was set
  bool body_is_complete_ = false;
};

}  // namespace yorozu::http
