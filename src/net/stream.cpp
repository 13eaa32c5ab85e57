#include "net/stream.h"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace yorozu::net {
namespace {

class PlainStream : public Stream {
 public:
  explicit PlainStream(Fd socket) : socket_(std::move(socket)) {}

  StreamResult begin() override { return {.state = StreamState::Ready}; }
  StreamResult read(std::span<char> to) override {
    const auto n = retried([&] { return ::recv(socket_.get(), to.data(), to.size(), 0); });
    if (n == 0) return {.state = StreamState::Ended};
    return outcome(n, StreamState::WantRead);
  }
  StreamResult write(std::string_view bytes) override {
    return outcome(retried([&] { return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }),
                   StreamState::WantWrite);
  }
  void end() override { ::shutdown(socket_.get(), SHUT_WR); }
  std::string problem() const override { return std::generic_category().message(error_); }
  int descriptor() const override { return socket_.get(); }

 private:
  template <class Call>
  static ssize_t retried(Call&& call) {
    ssize_t n;
    do {
      n = call();
    } while (n < 0 && errno == EINTR);
    return n;
  }
  StreamResult outcome(ssize_t n, StreamState would_block) {
    if (n >= 0) return {.state = StreamState::Ready, .bytes = static_cast<std::size_t>(n)};
    error_ = errno;
    const bool later = error_ == EAGAIN || error_ == EWOULDBLOCK;
    return {.state = later ? would_block : StreamState::Failed};
  }

  Fd socket_;
  int error_ = 0;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(Fd socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace yorozu::net
