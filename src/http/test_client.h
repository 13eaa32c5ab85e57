/// A client for tests that speaks HTTP over a plain socket, byte for byte as it is told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.h"
#include "net/test_client.h"

namespace yorozu::http::testing {

struct TestAnswer {
  unsigned status = 0;  ///< 0: the server closed without a word
  std::string head, body;
  bool is_broken_off = false;  ///< the body ended before its end

  std::string whole() const { return head + body; }
  /// Value of a header as the server spells its name; "" when it is not there.
  std::string header(std::string_view name) const {
    const std::string line = "\r\n" + std::string(name) + ": ";
    const std::size_t at = head.find(line);
    if (at == std::string::npos) return {};
    return head.substr(at + line.size(), head.find("\r\n", at + 2) - at - line.size());
  }
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(net::testing::TestClient::tcp({net::Address::loopback(), port})) {}

  bool send_raw(std::string_view bytes) const { return socket_.send(bytes); }
  /// Headers given as lines that end with CRLF; Authorization is added when set.
  void send(std::string_view method, std::string_view target, std::string_view body = {},
            std::string_view headers = {}) const {
    std::string text(method);
    text.append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n");
    if (!authorization.empty()) text.append("Authorization: ").append(authorization).append("\r\n");
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    socket_.send(text.append(headers).append("\r\n").append(body));
  }
  TestAnswer receive(bool is_head = false) {
    TestAnswer answer = receive_head();
    if (answer.status == 0 || is_head || answer.status == 204 || answer.status == 304) return answer;
    if (const std::string length = answer.header("Content-Length"); !length.empty())
      answer.body = take(std::stoul(length));
    else if (answer.header("Transfer-Encoding") == "chunked")
      while (receive_chunk(answer)) {
      }
    return answer;
  }
  TestAnswer ask(std::string_view method, std::string_view target, std::string_view body = {},
                 std::string_view headers = {}) {
    send(method, target, body, headers);
    return receive(method == "HEAD");
  }

  /// Head alone; chunks one at a time. False: that was the last one.
  TestAnswer receive_head() {
    TestAnswer answer;
    std::size_t end = 0;
    while ((end = held_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return answer;
    answer.head = take(end + 4);
    answer.status = static_cast<unsigned>(std::stoul(answer.head.substr(9, 3)));
    return answer;
  }
  bool receive_chunk(TestAnswer& answer) {
    std::size_t end = 0;
    while ((end = held_.find("\r\n")) == std::string::npos)
      if (!more()) {
        answer.is_broken_off = true;
        return false;
      }
    const std::size_t size = std::stoul(take(end + 2), nullptr, 16);
    answer.body += take(size);
    answer.is_broken_off = take(2) != "\r\n";
    return size != 0 && !answer.is_broken_off;
  }

  /// So many bytes as they come; fewer when the server closes.
  std::string take(std::size_t bytes) {
    while (held_.size() < bytes)
      if (!more()) break;
    std::string taken = held_.substr(0, bytes);
    held_.erase(0, taken.size());
    return taken;
  }
  /// The server closes; what it says until then is read away.
  bool is_closed() {
    while (more()) {
    }
    return true;
  }
  const net::testing::TestClient& socket() const { return socket_; }

  std::string authorization;

 private:
  bool more() {
    const std::string bytes = socket_.receive_until([](const std::string& all) { return !all.empty(); });
    held_ += bytes;
    return !bytes.empty();
  }

  net::testing::TestClient socket_;
  std::string held_;
};

}  // namespace yorozu::http::testing
