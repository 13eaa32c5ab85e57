#include "http/open_connection.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include "http/request_parser.h"

namespace yorozu::http {
namespace {

constexpr std::size_t kMostInput = kMaxHeadBytes + kReadBytes;
constexpr int kTurns = 32;  ///< steps of one connection before others get the loop

}  // namespace

std::span<char> InputBuffer::room(std::size_t at_most) {
  if (begin == end) begin = end = 0;
  if (end == capacity && begin > 0) {
    std::memmove(memory.get(), memory.get() + begin, end - begin);
    end -= begin;
    begin = 0;
  }
  if (end == capacity && capacity < kMostInput) {
    const std::size_t more = std::min(kMostInput, std::max(kReadBytes, capacity * 2));
    auto bigger = std::make_unique<char[]>(more);
    if (end > 0) std::memcpy(bigger.get(), memory.get(), end);
    memory = std::move(bigger);
    capacity = more;
  }
  return {memory.get() + end, std::min(at_most, capacity - end)};
}
void InputBuffer::release() {
  memory.reset();
  capacity = begin = end = 0;
}

OpenConnection::OpenConnection(std::shared_ptr<ConnectionContext> context, Carrier carrier)
    : kept_(std::move(context)), context_(*kept_), carrier_(std::move(carrier)), timer_(context_.loop) {
  watch_.emplace(context_.loop, carrier_.stream->descriptor());
}
OpenConnection::~OpenConnection() = default;

void OpenConnection::arm(std::chrono::milliseconds limit) {
  progress_ = 0;
  timer_.in(limit, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    if (!self->is_idle()) ++self->context_.timed_out;
    self->close();
  });
}

void OpenConnection::close() {
  if (is_over_) return;
  const auto self = shared_from_this();
  is_over_ = true;
  timer_.cancel();
  watch_->cancel();
  on_closed();
  context_.gone(carrier_.number);
}

Carrier OpenConnection::hand_over() {
  is_over_ = true;
  timer_.cancel();
  watch_.reset();  // the socket can be watched once
  return std::move(carrier_);
}

std::function<void()> OpenConnection::pump_later() {
  return [gate = context_.gate, weak = weak_from_this()] {
    gate->post([weak] {
      if (const auto self = weak.lock()) self->pump();
    });
  };
}

void OpenConnection::pump() {
  const auto self = shared_from_this();
  try {
    for (int turn = 0; turn < kTurns; ++turn) {
      if (is_over_) return;
      const Next next = out_begin_ < out_.size() ? write_some() : step();
      if (next == Next::Close) return close();
      if (next == Next::Wait) return;
    }
    context_.loop.post([self] { self->pump(); });
  } catch (const std::exception&) {  // memory: this connection ends, the others go on
    close();
  }
}

OpenConnection::Next OpenConnection::wait_for(const net::StreamResult& result) {
  const auto again = [weak = weak_from_this()](bool OpenConnection::* flag) {
    return [weak, flag] {
      const auto self = weak.lock();
      if (!self) return;
      (*self).*flag = false;
      self->pump();
    };
  };
  if (result.state == net::StreamState::WantRead) {
    if (!waits_to_read_) watch_->when_readable(again(&OpenConnection::waits_to_read_));
    waits_to_read_ = true;
    return Next::Wait;
  }
  if (result.state == net::StreamState::WantWrite) {
    if (!waits_to_write_) watch_->when_writable(again(&OpenConnection::waits_to_write_));
    waits_to_write_ = true;
    return Next::Wait;
  }
  return result.state == net::StreamState::Ready ? Next::Again : Next::Close;
}

OpenConnection::Next OpenConnection::write_some() {
  const net::StreamResult result = carrier_.stream->write(std::string_view(out_).substr(out_begin_));
  if (result.state != net::StreamState::Ready) return wait_for(result);
  out_begin_ += result.bytes;
  if (out_begin_ < out_.size()) {
    progress_ += result.bytes;
    if (progress_ >= kProgressBytes) arm(context_.limits.write);
    return Next::Again;
  }
  out_.clear();
  if (out_.capacity() > kReadBytes) out_.shrink_to_fit();
  out_begin_ = 0;
  wrote_out();
  return Next::Again;
}

OpenConnection::Next OpenConnection::read_some() {
  const std::span<char> room = in_.room(kReadBytes);
  if (room.empty()) return Next::Close;  // a chunk header or trailer without end
  const net::StreamResult result = carrier_.stream->read(room);
  if (result.state == net::StreamState::Ready) {
    in_.end += result.bytes;
    return Next::Again;
  }
  if (in_.empty()) in_.release();
  return wait_for(result);
}

}  // namespace yorozu::http
