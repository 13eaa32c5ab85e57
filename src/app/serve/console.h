/// The listener of console and API: HTTPS on all addresses, with the routes of src/api. Opened and closed while the
/// server runs, like an input.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "app/config/config.h"
#include "app/process/listener.h"
#include "base/result.h"
#include "base/time.h"

namespace yorozu::api {
class Api;
}
namespace yorozu::http {
class Server;
}
namespace yorozu::net {
class IoLoop;
class TlsServer;
}  // namespace yorozu::net

namespace yorozu::serve {

/// Thread-safe.
class Console {
 public:
  /// `report`: told what no connection can be told. `tls` outlives it.
  Console(const net::TlsServer& tls, std::function<void(std::string_view)> report, std::function<Timestamp()> now);
  ~Console();  ///< stop()
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// Whose routes are served; once, before the first open(). Outlives stop().
  void serve(api::Api& api) { api_ = &api; }
  /// Replaces the one that is open.
  Result<void> open(process::OpenListener listener, const config::Door& options);
  void apply(const config::Door& options);
  void close();
  /// Lets answers on their way end, then closes every connection. Idempotent.
  void stop() { close(); }

  struct Row {
    process::ListenerSpec spec;
    std::string address;
  };
  std::optional<Row> listener() const;

 private:
  Result<void> open_locked(process::OpenListener listener, const config::Door& options);
  void close_locked();

  const net::TlsServer& tls_;
  const std::function<Timestamp()> now_;
  std::unique_ptr<net::IoLoop> loop_;
  api::Api* api_ = nullptr;
  mutable std::mutex mutex_;  // guards all below
  std::optional<process::OpenListener> open_;
  config::Door options_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace yorozu::serve
