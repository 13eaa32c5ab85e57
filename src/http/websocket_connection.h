/// A connection that has become a WebSocket (RFC 6455): the opening handshake, then frames both ways, pings, and an end
/// that both sides know of.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <utility>

#include "http/open_connection.h"
#include "http/outgoing.h"
#include "http/router.h"
#include "http/websocket_frame.h"

namespace yorozu::http {

/// What a client may say at once: it asks and sends no data.
inline constexpr std::size_t kMaxSocketMessage = std::size_t{16} << 10;

/// Sec-WebSocket-Accept for a key (section 4.2.2).
std::string websocket_accept(std::string_view key);

/// A handshake that was accepted, until its answer is written.
class Upgrade {
 public:
  /// Errors: the answer to a request that is no handshake, or that the route refuses.
  static std::expected<std::unique_ptr<Upgrade>, Response> begin(const RequestHead& head, const Route& route,
                                                                 const std::shared_ptr<ConnectionContext>& context);
  ~Upgrade();
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;

  const std::string& answer() const { return answer_; }
  std::pair<std::uint64_t, std::shared_ptr<OpenConnection>> connection(std::shared_ptr<ConnectionContext> context,
                                                                       Carrier carrier, InputBuffer read_ahead) &&;

 private:
  Upgrade() = default;
  std::string answer_;
  std::shared_ptr<Outgoing> outgoing_ = std::make_shared<Outgoing>();
  std::unique_ptr<SocketSession> session_;
};

class WebSocketConnection final : public OpenConnection {
 public:
  WebSocketConnection(std::shared_ptr<ConnectionContext> context, Carrier carrier, InputBuffer read_ahead,
                      std::shared_ptr<Outgoing> outgoing, std::unique_ptr<SocketSession> session);

  void start() override;
  void stop() override;

 private:
  Next step() override;
  void wrote_out() override;
  bool is_idle() const override { return true; }
  void on_closed() override;
  Next read_frame();
  Next close_with(std::uint16_t status, std::string_view reason);
  Next linger();
  void wait_for_sign();

  enum class State { Open, Closing, Lingering };
  State state_ = State::Open;
  std::shared_ptr<Outgoing> outgoing_;
  std::unique_ptr<SocketSession> session_;
  FrameReader reader_{kMaxSocketMessage};
  net::Timer ping_;
  bool is_asked_ = false;  ///< a ping is out, and nothing came since
};

}  // namespace yorozu::http
