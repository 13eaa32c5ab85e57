#include "app/serve/console.h"

#include <fcntl.h>

#include "api/api.h"
#include "base/assert.h"
#include "base/try.h"
#include "http/server.h"
#include "net/io_loop.h"
#include "net/tls.h"

namespace yorozu::serve {

namespace {

constexpr std::chrono::seconds kLastAnswers{3};

Fd duplicate(const Fd& fd) {
  return Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
}

}  // namespace

Console::Console(const net::TlsServer& tls, std::function<void(std::string_view)> report,
                 std::function<Timestamp()> now)
    : tls_(tls), now_(std::move(now)), loop_(std::make_unique<net::IoLoop>("console", std::move(report))) {}

Console::~Console() {
  stop();
}

Result<void> Console::open(process::OpenListener listener, const config::Door& options) {
  const std::lock_guard lock(mutex_);
  return open_locked(std::move(listener), options);
}

Result<void> Console::open_locked(process::OpenListener listener, const config::Door& options) {
  YOROZU_ASSERT(api_ != nullptr, "serve() comes before open()");
  close_locked();
  http::ServerOptions server;
  server.on = duplicate(listener.fd);
  server.listener = {net::AllowList(options.networks), options.max_connections, options.max_connections};
  server.make_stream = [this](Fd socket) { return net::make_tls_stream(std::move(socket), tls_); };
  server.now = now_;
  http::Router router;
  api_->add_routes(router);
  TRY_ASSIGN(server_, http::Server::open(*loop_, std::move(server), std::move(router)));
  options_ = options;
  open_ = std::move(listener);
  return {};
}

void Console::apply(const config::Door& options) {
  const std::lock_guard lock(mutex_);
  if (!open_ || options == options_) return;
  process::OpenListener again = std::move(*open_);
  (void)open_locked(std::move(again), options);  // the same socket as before
}

void Console::close() {
  const std::lock_guard lock(mutex_);
  close_locked();
}

void Console::close_locked() {
  if (server_) {
    server_->stop();
    server_->drain(kLastAnswers);
    server_.reset();
  }
  open_.reset();
}

std::optional<Console::Row> Console::listener() const {
  const std::lock_guard lock(mutex_);
  if (!open_) return std::nullopt;
  return Row{open_->spec, open_->address};
}

}  // namespace yorozu::serve
