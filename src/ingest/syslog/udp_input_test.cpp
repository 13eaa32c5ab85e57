#include "ingest/syslog/udp_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/syslog/test_intake.h"
#include "net/test_client.h"

namespace yorozu::ingest::syslog {
namespace {

using net::testing::eventually;
using net::testing::TestClient;
using ::testing::ElementsAre;
using testing::TestIntake;

class UdpInputTest : public ::testing::Test {
 protected:
  void start(UdpOptions options = {}) {
    options.listen = net::Endpoint{.address = net::Address::loopback()};
    options.now = [] { return Timestamp{1'764'000'000'000'000}; };
    input_ = make_udp_input(std::move(options), loop_, intake_);
    const auto started = input_->start();
    ASSERT_TRUE(started) << started.error().message;
    address_ = *net::parse_endpoint(input_->state().address);
  }
  const InputCounters& counters() { return input_->counters(); }

  net::IoLoop loop_{"test"};
  TestIntake intake_;  // its callbacks use the loop
  std::unique_ptr<Input> input_;
  net::Endpoint address_;
};

TEST_F(UdpInputTest, ADatagramIsAFrameWithoutItsTerminator) {
  start();
  const TestClient client = TestClient::udp(address_);
  using namespace std::string_literals;
  for (const std::string& text : {"<13>one"s, "<13>two\n"s, "<13>three\0"s, "\n"s, "<13>four\nfive"s})
    client.send(text);
  ASSERT_TRUE(eventually([&] { return intake_.count() == 4; }));
  EXPECT_THAT(intake_.texts(), ElementsAre("<13>one", "<13>two", "<13>three", "<13>four\nfive"));
  const auto frame = intake_.frames().front();
  EXPECT_EQ(frame.input, "syslog.udp");
  EXPECT_EQ(frame.peer, "127.0.0.1");
  EXPECT_EQ(counters().received, 4U);
  EXPECT_EQ(counters().bytes, 7U + 7 + 9 + 13);
  EXPECT_EQ(counters().last_seen_us, 1'764'000'000'000'000);
}

TEST_F(UdpInputTest, WhatTheIntakeHasNoRoomForIsDroppedAndCounted) {
  start();
  intake_.set_room(0);
  const TestClient client = TestClient::udp(address_);
  for (int i = 0; i < 50; ++i) client.send("<13>lost");
  ASSERT_TRUE(eventually([&] { return counters().dropped == 50; }));
  intake_.set_room(TestIntake::kEndless);
  client.send("<13>kept");
  ASSERT_TRUE(eventually([&] { return intake_.count() == 1; }));
  EXPECT_EQ(counters().received, 51U);
}

TEST_F(UdpInputTest, NothingIsLostWithoutBeingCounted) {
  UdpOptions options;
  options.receive_buffer = 4096;
  start(std::move(options));
  const TestClient client = TestClient::udp(address_);
  constexpr std::uint64_t kSent = 20000;
  for (std::uint64_t i = 0; i < kSent; ++i) client.send("<13>" + std::to_string(i));
  EXPECT_TRUE(eventually([&] { return counters().received + counters().dropped_by_kernel == kSent; }));
  EXPECT_EQ(intake_.count(), counters().received);
}

TEST_F(UdpInputTest, ASenderBeyondItsRateAndOneWhoMayNotAreDroppedAndCounted) {
  UdpOptions options;
  options.sources = SourceProfile{.rate = {.per_second = 1, .burst = 10}};
  start(std::move(options));
  const TestClient client = TestClient::udp(address_);
  for (int i = 0; i < 30; ++i) client.send("<13>x");
  ASSERT_TRUE(eventually([&] { return counters().received == 30; }));
  EXPECT_EQ(counters().dropped, 20U);

  UdpOptions closed;
  closed.allowed = net::AllowList({*net::parse_network("192.0.2.0/24")});
  input_->stop();
  start(std::move(closed));
  TestClient::udp(address_).send("<13>x");
  ASSERT_TRUE(eventually([&] { return counters().dropped == 1; }));
}

TEST_F(UdpInputTest, StopTakesWhatHadArrived) {
  start();
  const TestClient client = TestClient::udp(address_);
  for (int i = 0; i < 500; ++i) client.send("<13>x");
  input_->stop();
  EXPECT_EQ(intake_.count(), 500U);
  input_->stop();
}

TEST_F(UdpInputTest, APortThatIsTakenIsSaid) {
  start();
  UdpOptions options;
  options.listen = address_;
  options.now = [] { return Timestamp{0}; };
  const auto second = make_udp_input(std::move(options), loop_, intake_);
  EXPECT_FALSE(second->start());
  EXPECT_NE(second->state().problem, "");
}

}  // namespace
}  // namespace yorozu::ingest::syslog
