#include "http/server.h"

#include <condition_variable>
#include <map>
#include <mutex>

#include "base/try.h"
#include "http/connection.h"

namespace yorozu::http {

struct Server::Impl : std::enable_shared_from_this<Impl> {
  Impl(net::IoLoop& on, ServerOptions with, Router routes)
      : loop(on), options(std::move(with)), router(std::move(routes)) {}

  net::IoLoop& loop;
  ServerOptions options;
  const Router router;
  std::shared_ptr<ConnectionContext> context;  // shared with connections
  std::unique_ptr<net::TcpListener> listener;

  std::map<std::uint64_t, std::shared_ptr<OpenConnection>> connections;  // on the loop's thread
  std::uint64_t next_number = 1;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::size_t open = 0;  // guarded by mutex: the size of connections

  void serve(net::TcpListener::Accepted accepted) {
    auto stream = options.make_stream(std::move(accepted.socket));
    if (!stream || context->is_stopping) return;
    const std::uint64_t number = next_number++;
    auto connection = std::make_shared<Connection>(
        context, Carrier{number, accepted.peer.address.text(), std::move(accepted.place), std::move(stream)});
    connections.emplace(number, connection);
    note_size();
    connection->start();
  }
  void replace(std::uint64_t number, const std::shared_ptr<OpenConnection>& by) {
    connections[number] = by;
    by->start();
    if (context->is_stopping) by->stop();
  }
  void drop(std::uint64_t number) {
    connections.erase(number);
    note_size();
  }
  void note_size() {
    const std::lock_guard lock(mutex);
    open = connections.size();
    changed.notify_all();
  }
  void stop() {
    listener->stop();
    loop.call([this] {
      context->is_stopping = true;
      const auto all = connections;  // stop() may drop them
      for (const auto& [number, connection] : all) connection->stop();
    });
  }
};

Server::Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Server>> Server::open(net::IoLoop& loop, ServerOptions options, Router router) {
  net::ListenOn on = std::move(options.on);
  auto impl = std::make_shared<Impl>(loop, std::move(options), std::move(router));
  Impl* const raw = impl.get();
  impl->context.reset(new ConnectionContext{loop, impl->router, impl->options.limits, impl->options.now,
                                            std::make_shared<Gate>(loop), [raw](std::uint64_t n) { raw->drop(n); },
                                            [raw](std::uint64_t n, const auto& by) { raw->replace(n, by); },
                                            impl->options.limits.body_memory});
  TRY_ASSIGN(impl->listener,
             net::TcpListener::open(loop, std::move(on), impl->options.listener,
                                    [raw](net::TcpListener::Accepted accepted) { raw->serve(std::move(accepted)); }));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() {
  stop();
  impl_->context->gate->close();
  impl_->loop.call([this] {
    const auto all = impl_->connections;
    for (const auto& [number, connection] : all) connection->close();
  });
}

net::Endpoint Server::local() const {
  return impl_->listener->local();
}
void Server::stop() {
  impl_->stop();
}
bool Server::drain(std::chrono::milliseconds limit) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, limit, [this] { return impl_->open == 0; });
}
ServerCounters Server::counters() const {
  const ConnectionContext& c = *impl_->context;
  const std::lock_guard lock(impl_->mutex);
  return {impl_->open, c.requests, c.refused_busy, c.bad_requests, c.timed_out, c.sockets, c.sockets_too_slow};
}

}  // namespace yorozu::http
