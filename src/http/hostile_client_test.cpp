/// Clients that mean harm or know no better: whatever they do, others are served. (Deadlines, bodies and requests that
/// can be read in two ways: server_test, request_parser_test.)
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "http/request_parser.h"
#include "http/test_server.h"
#include "net/socket.h"

namespace yorozu::http {
namespace {

using testing::TestClient;
using namespace std::chrono_literals;

class HostileClient : public testing::ServerTest {
 protected:
  void SetUp() override {
    Router router;
    router.add(hello());
    open(std::move(router));
  }
  /// Another client's request, from connecting to the answer.
  std::chrono::milliseconds served() const {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(client().ask("GET", "/hello").status, 200U);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  }
};

TEST_F(HostileClient, FiveThousandIdleConnectionsDoNotDisturbOthers) {
  net::raise_file_limit();
  std::vector<TestClient> idle;
  idle.reserve(5000);
  while (idle.size() < 5000) {
    TestClient c = client();
    if (!c.socket().is_connected()) GTEST_SKIP() << "this machine gives us only " << idle.size() << " connections";
    idle.push_back(std::move(c));
  }
  ASSERT_TRUE(net::testing::eventually([&] { return server_->counters().connections == 5000; }));
  EXPECT_LT(served(), 2s);
  for (std::size_t i = 0; i < idle.size(); i += 500) idle[i].send_raw("GET /hel");
  EXPECT_LT(served(), 2s);
  EXPECT_EQ(idle[1].ask("GET", "/hello").status, 200U);
  EXPECT_EQ(server_->counters().connections, 5000U + 0U);
}

TEST_F(HostileClient, AHeaderWithoutEndIsRefusedAtItsLimit) {
  TestClient c = client();
  c.send_raw("GET /hello HTTP/1.1\r\nHost: a\r\nX-Long: ");
  std::size_t sent = 0;
  const std::string piece(4096, 'x');
  while (sent < 10 * kMaxHeadBytes && c.send_raw(piece)) sent += piece.size();
  const auto answer = c.receive();
  EXPECT_TRUE(answer.status == 431U || answer.status == 0U) << answer.head;
  EXPECT_TRUE(c.is_closed());
  EXPECT_EQ(server_->counters().bad_requests, 1U);
  EXPECT_LT(served(), 2s);
}

TEST_F(HostileClient, ManyHeadersAreRefusedAtTheSameLimit) {
  TestClient c = client();
  c.send_raw("GET /hello HTTP/1.1\r\nHost: a\r\n");
  for (int i = 0; i < 10'000 && c.send_raw("X-" + std::to_string(i) + ": x\r\n"); ++i) {
  }
  EXPECT_TRUE(c.is_closed());
  EXPECT_EQ(server_->counters().bad_requests, 1U);
}

TEST_F(HostileClient, OneByteAtATimeIsServedAndOthersDoNotWait) {
  TestClient slow = client();
  std::jthread dripping([&](const std::stop_token& stop) {
    const std::string_view request = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t i = 0; i < request.size() && !stop.stop_requested(); ++i) {
      slow.send_raw(request.substr(i, 1));
      std::this_thread::sleep_for(2ms);
    }
  });
  for (int i = 0; i < 10; ++i) EXPECT_LT(served(), 2s);
  dripping.join();
  EXPECT_EQ(slow.receive().status, 200U);
}

TEST_F(HostileClient, AChunkHeaderWithoutEndClosesTheConnection) {
  Router router;
  router.add(hello());
  router.add(route("POST", "/take", [](const Request&, const Reply& reply) { reply({}); }));
  open(std::move(router));
  TestClient c = client();
  c.send_raw("POST /take HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  for (int i = 0; i < 1000 && c.send_raw(std::string(1024, 'x')); ++i) {
  }
  EXPECT_TRUE(c.is_closed());
  EXPECT_LT(served(), 2s);
}

}  // namespace
}  // namespace yorozu::http
