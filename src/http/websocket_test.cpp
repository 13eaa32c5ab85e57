/// WebSockets: frames by the letter of RFC 6455, and the whole against Beast's client.
#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <mutex>
#include <optional>
#include <thread>

#include "http/test_server.h"
#include "http/websocket_connection.h"

namespace yorozu::http {
namespace {

using ::testing::HasSubstr;
using testing::TestAnswer;
using testing::TestClient;
using namespace std::chrono_literals;
namespace beast = boost::beast;

std::string masked(std::uint8_t first, std::string_view payload) {
  std::string frame(1, static_cast<char>(first));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xFF);
  }
  const std::string mask = "\x37\xfa\x21\x3d";
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame;
}

std::string told(std::string_view input, std::size_t step = std::string_view::npos) {
  FrameReader reader(1000);
  std::string all, held;
  while (!input.empty()) {
    held += input.substr(0, step);
    input.remove_prefix(std::min(step, input.size()));
    while (true) {
      const FrameReader::Step got = reader.next(held);
      held.erase(0, got.consumed);
      using enum FrameReader::Event;
      if (got.event == Failed) return all + "failed " + std::to_string(reader.status());
      if (got.event == Text) all += "text " + reader.payload() + ";";
      if (got.event == Binary) all += "binary " + reader.payload() + ";";
      if (got.event == Ping) all += "ping " + reader.payload() + ";";
      if (got.event == Pong) all += "pong;";
      if (got.event == Close) return all + "close " + std::to_string(reader.status());
      if (got.event == NeedMore && got.consumed == 0) break;
    }
  }
  return all;
}

TEST(WebSocketFrames, ExamplesOfTheStandardReadAsItSays) {
  EXPECT_EQ(told("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "text Hello;");
  EXPECT_EQ(told("\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "ping Hello;");
  std::string out;
  append_frame(Opcode::Text, "Hello", out);
  EXPECT_EQ(out, "\x81\x05Hello");
  out.clear();
  append_frame(Opcode::Binary, std::string(256, 'x'), out);
  EXPECT_EQ(out.substr(0, 4), std::string("\x82\x7E\x01\x00", 4));
  out.clear();
  append_frame(Opcode::Binary, std::string(65536, 'x'), out);
  EXPECT_EQ(out.substr(0, 10), std::string("\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketFrames, AMessageMayComeInFragmentsWithPingsBetweenAndByteByByte) {
  const std::string text = masked(0x01, "one ") + masked(0x89, "p") + masked(0x00, "two ") + masked(0x80, "three") +
                           masked(0x8A, "") +
                           masked(0x88,
                                  "\x03\xe8"
                                  "bye");
  const std::string expected = "ping p;text one two three;pong;close 1000";
  EXPECT_EQ(told(text), expected);
  EXPECT_EQ(told(text, 1), expected);
}

TEST(WebSocketFrames, WhatTheStandardForbidsFails) {
  EXPECT_EQ(told("\x81\x05Hello"), "failed 1002");                        // not masked
  EXPECT_EQ(told(masked(0xC1, "x")), "failed 1002");                      // a reserved bit
  EXPECT_EQ(told(masked(0x83, "x")), "failed 1002");                      // an unknown kind
  EXPECT_EQ(told(masked(0x80, "x")), "failed 1002");                      // goes on with nothing
  EXPECT_EQ(told(masked(0x01, "x") + masked(0x81, "y")), "failed 1002");  // begins in the middle
  EXPECT_EQ(told(masked(0x09, "x")), "failed 1002");                      // a ping in fragments
  EXPECT_EQ(told(masked(0x89, std::string(126, 'x'))), "failed 1002");    // a long ping
  EXPECT_EQ(told(masked(0x88, "x")), "failed 1002");                      // half a status
  EXPECT_EQ(told(masked(0x88, "\x03\xed")), "failed 1002");               // 1005 is never sent
  EXPECT_EQ(told(masked(0x81, "\xff")), "failed 1007");                   // no UTF-8
  EXPECT_EQ(told(masked(0x81, std::string(1001, 'x'))), "failed 1009");   // too long
  EXPECT_EQ(told(masked(0x01, std::string(900, 'x')) + masked(0x00, std::string(900, 'x'))), "failed 1009");
  EXPECT_EQ(told(std::string("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10)), "failed 1009");
}

/// Says what it hears; "close" closes.
class Echo final : public SocketSession {
 public:
  Echo(SocketSender sender, std::atomic<int>& open) : sender_(std::move(sender)), open_(open) { ++open_; }
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;
  ~Echo() override { --open_; }
  void message(std::string_view text) override {
    if (text == "close") return sender_.close(1001, "as you like");
    sender_.send(text);
  }

 private:
  SocketSender sender_;
  std::atomic<int>& open_;
};

class WebSocket : public testing::ServerTest {
 protected:
  std::atomic<int> open_sessions_ = 0;
  std::mutex mutex_;
  std::optional<SocketSender> sender_;  // guarded by mutex_

  void SetUp() override { open(routes()); }
  void TearDown() override {
    server_.reset();
    EXPECT_EQ(open_sessions_, 0);
  }
  Router routes() {
    Router router;
    router.add(hello());
    Route echo = route("GET", "/echo", nullptr);
    echo.socket_protocol = "yorozu.v1";
    echo.open_socket = [this](const RequestHead& head,
                              const SocketSender& sender) -> std::expected<std::unique_ptr<SocketSession>, Response> {
      if (head.query == "full") return std::unexpected(problem(429, "too many"));
      const std::lock_guard lock(mutex_);
      sender_ = sender;
      return std::make_unique<Echo>(sender, open_sessions_);
    };
    router.add(std::move(echo));
    return router;
  }
  SocketSender sender() {
    const std::lock_guard lock(mutex_);
    return *sender_;
  }
  TestClient opened() const {
    TestClient c = client();
    EXPECT_EQ(c.ask("GET", "/echo", {}, kHandshake).status, 101U);
    return c;
  }
  static constexpr std::string_view kHandshake =
      "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
};

TEST_F(WebSocket, BeastsClientUnderstandsUs) {
  boost::asio::io_context context;
  beast::websocket::stream<boost::asio::ip::tcp::socket> ws(context);
  ws.next_layer().connect({boost::asio::ip::address_v4::loopback(), server_->local().port});
  ws.set_option(beast::websocket::stream_base::decorator([](beast::websocket::request_type& request) {
    request.set(beast::http::field::sec_websocket_protocol, "other, yorozu.v1");
  }));
  beast::websocket::response_type response;
  ws.handshake(response, "localhost", "/echo");
  EXPECT_EQ(response[beast::http::field::sec_websocket_protocol], "yorozu.v1");
  for (const std::size_t size : {0, 1, 125, 126, 127, 5000, 16384}) {
    const std::string text(size, 'x');
    ws.write(boost::asio::buffer(text));
    beast::flat_buffer buffer;
    ws.read(buffer);
    EXPECT_TRUE(ws.got_text());
    EXPECT_EQ(beast::buffers_to_string(buffer.data()), text);
  }
  ws.auto_fragment(true);
  ws.write_buffer_bytes(8);
  ws.write(boost::asio::buffer(std::string("日本語の長い文章を細切れに")));
  beast::flat_buffer buffer;
  ws.read(buffer);
  EXPECT_EQ(beast::buffers_to_string(buffer.data()), "日本語の長い文章を細切れに");
  const std::string large(70'000, 'y');
  EXPECT_EQ(sender().send(large), SocketSender::Said::Taken);
  buffer.clear();
  ws.read(buffer);
  EXPECT_EQ(buffer.size(), large.size());
  ws.close(beast::websocket::close_code::normal);
  EXPECT_EQ(ws.reason().code, beast::websocket::close_code::normal);
  EXPECT_TRUE(net::testing::eventually([&] { return open_sessions_ == 0; }));
}

TEST_F(WebSocket, ARequestThatIsNoHandshakeIsToldWhatIsSpokenHere) {
  TestClient c = client();
  const TestAnswer answer = c.ask("GET", "/echo");
  EXPECT_EQ(answer.status, 426U);
  EXPECT_EQ(answer.header("Sec-WebSocket-Version"), "13");
  EXPECT_EQ(c.ask("GET", "/echo?full", {}, kHandshake).status, 429U);
  EXPECT_EQ(c.ask("GET", "/hello").status, 200U);
}

TEST_F(WebSocket, FramesSentWithTheHandshakeAreNotLost) {
  TestClient c = client();
  c.send_raw("GET /echo HTTP/1.1\r\nHost: a\r\n" + std::string(kHandshake) + "\r\n" + masked(0x81, "early"));
  EXPECT_EQ(c.receive_head().status, 101U);
  EXPECT_EQ(c.take(7),
            "\x81\x05"
            "early");
}

TEST_F(WebSocket, PingsAreAnsweredAndFaultsCloseWithTheirStatus) {
  TestClient c = opened();
  c.send_raw(masked(0x89, "are you there"));
  EXPECT_EQ(c.take(15),
            "\x8A\x0D"
            "are you there");
  c.send_raw("\x81\x05Hello");
  EXPECT_EQ(c.take(4), "\x88\x02\x03\xEA");
  EXPECT_TRUE(c.is_closed());
  EXPECT_EQ(server_->counters().bad_requests, 1U);
}

TEST_F(WebSocket, TheServerMayCloseToo) {
  TestClient c = opened();
  c.send_raw(masked(0x81, "close"));
  EXPECT_EQ(c.take(15),
            "\x88\x0D\x03\xE9"
            "as you like");
  EXPECT_TRUE(c.is_closed());
}

TEST_F(WebSocket, ASlowReaderIsLetGoAndCounted) {
  TestClient c = opened();
  const SocketSender to = sender();
  const std::string text(50'000, 'x');
  int sent = 0;
  while (to.send(text, "too slow") == SocketSender::Said::Taken) ++sent;
  EXPECT_GT(sent, 4);
  EXPECT_EQ(server_->counters().sockets_too_slow, 1U);
  std::string all;
  for (std::string piece = c.take(1 << 20); !piece.empty(); piece = c.take(1 << 20)) all += piece;
  EXPECT_THAT(all.substr(all.size() - 12),
              "\x88\x0A\x03\xF5"
              "too slow");
}

TEST_F(WebSocket, AClientThatIsSilentIsAskedAndThenLetGo) {
  open(routes(), {.ping = 100ms});
  TestClient silent = opened();
  EXPECT_EQ(silent.take(2), std::string("\x89\x00", 2));
  EXPECT_TRUE(silent.is_closed());
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

TEST_F(WebSocket, AStopSaysGoodBye) {
  TestClient c = opened();
  server_->stop();
  EXPECT_THAT(c.take(20), HasSubstr("the server stops"));
  EXPECT_TRUE(c.is_closed());
  EXPECT_TRUE(server_->drain(20s));
}

}  // namespace
}  // namespace yorozu::http
