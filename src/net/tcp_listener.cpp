#include "net/tcp_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/try.h"

namespace yorozu::net {
namespace {

constexpr int kAcceptsAtOnce = 64;  ///< then others on the loop have their turn
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};

}  // namespace

struct TcpListener::State {
  std::map<Address, std::size_t> of_address;  ///< on the loop's thread
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::uint64_t> refused_by_limit = 0;
  std::atomic<std::uint64_t> refused_by_network = 0;
};

class TcpListener::Place {
 public:
  Place(std::shared_ptr<State> state, Address address) : state_(std::move(state)), address_(address) {
    ++state_->of_address[address_];
    ++state_->connections;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (--state_->of_address[address_] == 0) state_->of_address.erase(address_);
    --state_->connections;
  }

 private:
  std::shared_ptr<State> state_;
  Address address_;
};

TcpListener::TcpListener(IoLoop& loop, Fd socket, Endpoint local, ListenerLimits limits, Serve serve)
    : loop_(loop),
      socket_(std::move(socket)),
      local_(local),
      limits_(std::move(limits)),
      serve_(std::move(serve)),
      state_(std::make_shared<State>()) {}

Result<std::unique_ptr<TcpListener>> TcpListener::open(IoLoop& loop, ListenOn on, ListenerLimits limits, Serve serve) {
  TRY_ASSIGN(Fd socket, listen_tcp(std::move(on)));
  TRY_ASSIGN(const Endpoint local, local_endpoint(socket));
  std::unique_ptr<TcpListener> listener(
      new TcpListener(loop, std::move(socket), local, std::move(limits), std::move(serve)));
  loop.call([&] {
    listener->watch_ = std::make_unique<Watch>(loop, listener->socket_.get());
    listener->pause_ = std::make_unique<Timer>(loop);
    listener->wait({});
  });
  return listener;
}

TcpListener::~TcpListener() {
  stop();
}

void TcpListener::stop() {
  loop_.call([&] {
    watch_.reset();
    pause_.reset();
    socket_ = Fd();
  });
}

void TcpListener::wait(std::chrono::milliseconds pause) {
  const auto watch = [this] { watch_->when_readable([this] { accept_waiting(); }); };
  if (pause.count() == 0)
    watch();
  else
    pause_->in(pause, watch);
}

void TcpListener::accept_waiting() {
  for (int n = 0; n < kAcceptsAtOnce; ++n) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Fd socket(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      // No descriptor or memory left: the connection waits in the kernel's queue, and this loop must not spin on it.
      const bool out_of = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      wait(out_of ? kPauseWithoutDescriptors : std::chrono::milliseconds(0));
      return;
    }
    const Endpoint peer = from_sockaddr(reinterpret_cast<const sockaddr*>(&address));
    if (!limits_.allowed.allows(peer.address)) {
      ++state_->refused_by_network;
      continue;
    }
    const auto known = state_->of_address.find(peer.address);
    if (state_->connections >= limits_.connections ||
        (known != state_->of_address.end() && known->second >= limits_.connections_per_address)) {
      ++state_->refused_by_limit;
      continue;
    }
    const int on = 1;
    (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    serve_({.socket = std::move(socket), .peer = peer, .place = std::make_shared<Place>(state_, peer.address)});
    if (!watch_) return;  // the listener was stopped by what it served
  }
  wait({});
}

std::size_t TcpListener::connections() const {
  return state_->connections;
}
std::uint64_t TcpListener::refused_by_limit() const {
  return state_->refused_by_limit;
}
std::uint64_t TcpListener::refused_by_network() const {
  return state_->refused_by_network;
}

}  // namespace yorozu::net
