#include "net/tcp_listener.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <vector>

#include "net/test_client.h"

namespace yorozu::net {
namespace {

using testing::eventually;
using testing::TestClient;

const Endpoint kAnyPort{.address = Address::loopback(), .port = 0};

class ListenerTest : public ::testing::Test {
 protected:
  void open(ListenOn on, ListenerLimits limits = {}) {
    auto opened = TcpListener::open(loop_, std::move(on), std::move(limits), [this](TcpListener::Accepted accepted) {
      accepted_.push_back(std::move(accepted));
    });
    ASSERT_TRUE(opened) << opened.error().message;
    listener_ = *std::move(opened);
  }
  std::size_t accepted() {
    std::size_t count = 0;
    loop_.call([&] { count = accepted_.size(); });
    return count;
  }
  void TearDown() override {
    loop_.call([&] { accepted_.clear(); });
    listener_.reset();
  }

  IoLoop loop_{"test"};
  std::unique_ptr<TcpListener> listener_;
  std::vector<TcpListener::Accepted> accepted_;  ///< on the loop
};

TEST_F(ListenerTest, ServesWhoConnectsAndTellsFromWhere) {
  open(kAnyPort);
  ASSERT_NE(listener_->local().port, 0);
  const TestClient client = TestClient::tcp(listener_->local());
  ASSERT_TRUE(eventually([&] { return accepted() == 1; }));
  loop_.call([&] { EXPECT_EQ(accepted_.front().peer.address, Address::loopback()); });
  EXPECT_EQ(listener_->connections(), 1U);
  loop_.call([&] { accepted_.clear(); });
  EXPECT_EQ(listener_->connections(), 0U);
}

TEST_F(ListenerTest, WhoIsNotAllowedIsClosedAndCounted) {
  open(kAnyPort, {.allowed = AllowList({*parse_network("192.0.2.0/24")})});
  const TestClient client = TestClient::tcp(listener_->local());
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(listener_->refused_by_network(), 1U);
  EXPECT_EQ(accepted(), 0U);
}

TEST_F(ListenerTest, TooManyOfOneAddressAreClosedAndAPlaceThatGetsFreeIsUsed) {
  open(kAnyPort, {.connections_per_address = 2});
  const TestClient one = TestClient::tcp(listener_->local());
  const TestClient two = TestClient::tcp(listener_->local());
  const TestClient three = TestClient::tcp(listener_->local());
  EXPECT_TRUE(three.is_closed_by_peer());
  EXPECT_EQ(listener_->refused_by_limit(), 1U);
  loop_.call([&] { accepted_.pop_back(); });
  const TestClient four = TestClient::tcp(listener_->local());
  EXPECT_TRUE(eventually([&] { return accepted() == 2; }));
}

TEST_F(ListenerTest, ASocketThatWasBoundByAnotherIsTakenOver) {
  auto socket = listen_tcp(kAnyPort);
  ASSERT_TRUE(socket);
  const auto local = local_endpoint(*socket);
  open(*std::move(socket));
  EXPECT_EQ(listener_->local(), *local);
  const TestClient client = TestClient::tcp(*local);
  EXPECT_TRUE(eventually([&] { return accepted() == 1; }));

  auto udp = bind_udp(kAnyPort);
  ASSERT_TRUE(udp);
  EXPECT_EQ(listen_tcp(*std::move(udp)).error().code, ErrorCode::InvalidInput);
}

TEST_F(ListenerTest, APortThatIsTakenIsSaid) {
  open(kAnyPort);
  const auto second = listen_tcp(listener_->local());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(listener_->local().text()), std::string::npos) << second.error().message;
  EXPECT_NE(second.error().message.find("another program"), std::string::npos);
}

TEST_F(ListenerTest, WithoutDescriptorsItWaitsAndGoesOn) {
  open(kAnyPort);
  const TestClient warm = TestClient::tcp(listener_->local());
  ASSERT_TRUE(eventually([&] { return accepted() == 1; }));
  const TestClient client = TestClient::tcp(listener_->local());
  ASSERT_TRUE(eventually([&] { return accepted() == 2; }));

  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  const int waiting = ::socket(AF_INET, SOCK_STREAM, 0);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(waiting), .rlim_max = old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(listener_->local().port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(waiting, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);  // the kernel's queue takes it
  loop_.call([] {});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_TRUE(eventually([&] { return accepted() == 3; }));
  ::close(waiting);
}

TEST_F(ListenerTest, AfterStopNobodyIsServedAndConnectionsLiveOn) {
  open(kAnyPort);
  const TestClient client = TestClient::tcp(listener_->local());
  ASSERT_TRUE(eventually([&] { return accepted() == 1; }));
  const Endpoint local = listener_->local();
  listener_->stop();
  listener_->stop();
  EXPECT_FALSE(TestClient::tcp(local).is_connected());
  EXPECT_EQ(listener_->connections(), 1U);
}

}  // namespace
}  // namespace yorozu::net
