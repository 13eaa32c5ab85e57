#include "http/websocket_connection.h"

#include <openssl/evp.h>

#include <array>

namespace yorozu::http {
namespace {

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// 16 bytes in base64.
bool is_key(std::string_view key) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") && key.find_first_not_of(kAlphabet) == 22;
}

bool is_handshake(const RequestHead& head) {
  const Headers& headers = head.headers;
  return head.method == "GET" && !head.is_http_1_0 && !head.has_body() &&
         has_token(headers.value_or("upgrade"), "websocket") && has_token(headers.value_or("connection"), "upgrade") &&
         headers.value_or("sec-websocket-version") == "13" && is_key(headers.value_or("sec-websocket-key"));
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<char, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(hash.data()), &size, EVP_sha1(), nullptr);
  return base64({hash.data(), size});
}

Upgrade::~Upgrade() {
  if (outgoing_) outgoing_->gone();
}

std::expected<std::unique_ptr<Upgrade>, Response> Upgrade::begin(const RequestHead& head, const Route& route,
                                                                 const std::shared_ptr<ConnectionContext>& context) {
  if (!is_handshake(head)) {
    Response response = route.refuse(426, "this path speaks WebSocket, version 13");
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Sec-WebSocket-Version", "13");
    return std::unexpected(std::move(response));
  }
  std::unique_ptr<Upgrade> made(new Upgrade);
  auto session = route.open_socket(head, SocketSender(made->outgoing_, [context] { ++context->sockets_too_slow; }));
  if (!session) return std::unexpected(std::move(session).error());
  made->session_ = std::move(*session);
  made->answer_ =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket_accept(head.headers.value_or("sec-websocket-key")) + "\r\n";
  if (!route.socket_protocol.empty() &&
      has_token(head.headers.value_or("sec-websocket-protocol"), route.socket_protocol))
    made->answer_ += "Sec-WebSocket-Protocol: " + route.socket_protocol + "\r\n";
  made->answer_ += "\r\n";
  ++context->sockets;
  return made;
}

std::pair<std::uint64_t, std::shared_ptr<OpenConnection>> Upgrade::connection(
    std::shared_ptr<ConnectionContext> context, Carrier carrier, InputBuffer read_ahead) && {
  const std::uint64_t number = carrier.number;
  return {number, std::make_shared<WebSocketConnection>(std::move(context), std::move(carrier), std::move(read_ahead),
                                                        std::exchange(outgoing_, nullptr), std::move(session_))};
}

WebSocketConnection::WebSocketConnection(std::shared_ptr<ConnectionContext> context, Carrier carrier,
                                         InputBuffer read_ahead, std::shared_ptr<Outgoing> outgoing,
                                         std::unique_ptr<SocketSession> session)
    : OpenConnection(std::move(context), std::move(carrier)),
      outgoing_(std::move(outgoing)),
      session_(std::move(session)),
      ping_(context_.loop) {
  in_ = std::move(read_ahead);
}

void WebSocketConnection::start() {
  outgoing_->set_wake(pump_later());
  wait_for_sign();
  pump();
}

void WebSocketConnection::stop() {
  std::string frame;
  append_close(1001, "the server stops", frame);
  outgoing_->end_with(frame);
}

void WebSocketConnection::on_closed() {
  ping_.cancel();
  outgoing_->gone();
  session_.reset();
}

/// A peer that went away without a word is found out by asking it.
void WebSocketConnection::wait_for_sign() {
  ping_.in(context_.limits.ping, [weak = weak_from_this()] {
    const auto self = std::static_pointer_cast<WebSocketConnection>(weak.lock());
    if (!self || self->is_over()) return;
    if (std::exchange(self->is_asked_, true)) {
      ++self->context_.timed_out;
      return self->close();
    }
    std::string frame;
    append_frame(Opcode::Ping, {}, frame);
    static_cast<void>(self->outgoing_->offer(frame));
    self->wait_for_sign();
  });
}

OpenConnection::Next WebSocketConnection::step() {
  if (state_ == State::Lingering) return linger();
  const Outgoing::State said = outgoing_->take(out_);
  if (state_ == State::Open && said == Outgoing::State::Aborted) return Next::Close;
  if (state_ == State::Open && said == Outgoing::State::Ended) state_ = State::Closing;
  if (!out_.empty()) {
    arm(context_.limits.write);
    return Next::Again;
  }
  if (state_ == State::Open) return read_frame();
  // Our Close is out: what is still coming is read away until the client has closed too.
  state_ = State::Lingering;
  session_.reset();
  in_.release();
  carrier_.stream->end();
  arm(context_.limits.linger);
  return Next::Again;
}

void WebSocketConnection::wrote_out() {
  disarm();
}

OpenConnection::Next WebSocketConnection::read_frame() {
  const FrameReader::Step step = reader_.next(in_.view());
  if (step.event != FrameReader::Event::NeedMore || step.consumed > 0) is_asked_ = false;
  in_.begin += step.consumed;
  switch (step.event) {
    case FrameReader::Event::NeedMore:
      return step.consumed > 0 ? Next::Again : read_some();
    case FrameReader::Event::Text:
      session_->message(reader_.payload());
      return Next::Again;
    case FrameReader::Event::Binary:
      return close_with(1003, "only text is understood");
    case FrameReader::Event::Ping:
      append_frame(Opcode::Pong, reader_.payload(), out_);
      arm(context_.limits.write);
      return Next::Again;
    case FrameReader::Event::Pong:
      return Next::Again;
    case FrameReader::Event::Close:
      return close_with(reader_.status() == 1005 ? 1000 : reader_.status(), {});
    case FrameReader::Event::Failed:
      ++context_.bad_requests;
      return close_with(reader_.status(), {});
  }
  return Next::Close;
}

OpenConnection::Next WebSocketConnection::close_with(std::uint16_t status, std::string_view reason) {
  append_close(status, reason, out_);
  outgoing_->gone();
  session_.reset();
  state_ = State::Closing;
  arm(context_.limits.write);
  return Next::Again;
}

OpenConnection::Next WebSocketConnection::linger() {
  std::array<char, kReadBytes> nowhere;
  return wait_for(carrier_.stream->read(nowhere));
}

}  // namespace yorozu::http
