#include "ingest/syslog/stream_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "ingest/syslog/test_intake.h"
#include "net/test_client.h"

namespace yorozu::ingest::syslog {
namespace {

using namespace std::chrono_literals;
using net::testing::eventually;
using net::testing::TestClient;
using ::testing::ElementsAre;
using testing::TestIntake;

class StreamInputTest : public ::testing::Test {
 protected:
  void start(StreamOptions options = {}) {
    options.name = "syslog.tcp";
    options.input = "syslog.tcp";
    options.listen = net::Endpoint{.address = net::Address::loopback()};
    options.now = [] { return Timestamp{1'764'000'000'000'000}; };
    input_ = make_stream_input(std::move(options), loop_, intake_);
    const auto started = input_->start();
    ASSERT_TRUE(started) << started.error().message;
    address_ = *net::parse_endpoint(input_->state().address);
  }
  TestClient connect() { return TestClient::tcp(address_); }
  const InputCounters& counters() { return input_->counters(); }

  net::IoLoop loop_{"test"};
  TestIntake intake_;  // its callbacks use the loop
  std::unique_ptr<Input> input_;
  net::Endpoint address_;
};

TEST_F(StreamInputTest, FramesThatArriveTogetherAreOneBatch) {
  start();
  const TestClient client = connect();
  client.send("<1>a\n4 <2>b<3>c\n<4>half");
  ASSERT_TRUE(eventually([&] { return intake_.count() == 3; }));
  client.send(" and half\n");
  ASSERT_TRUE(eventually([&] { return intake_.count() == 4; }));
  EXPECT_THAT(intake_.texts(), ElementsAre("<1>a", "<2>b", "<3>c", "<4>half and half"));
  const auto frames = intake_.frames();
  EXPECT_EQ(frames[0].input, "syslog.tcp");
  EXPECT_EQ(frames[0].peer, "127.0.0.1");
  EXPECT_EQ(frames[0].batch, frames[2].batch);
  EXPECT_EQ(frames[0].stream, frames[3].stream);
  EXPECT_EQ(counters().received, 4U);
  EXPECT_EQ(counters().connections, 1U);
}

TEST_F(StreamInputTest, TheLastLineCountsAlsoWithoutItsEnd) {
  start();
  {
    const TestClient client = connect();
    client.send("<1>a\n<2>b");
  }
  ASSERT_TRUE(eventually([&] { return intake_.count() == 2; }));
  EXPECT_TRUE(eventually([&] { return counters().connections == 0; }));
}

TEST_F(StreamInputTest, WhenTheIntakeIsFullSendersWaitAndNothingIsLost) {
  start();
  intake_.set_room(1);
  constexpr std::size_t kEach = 20000;
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 4; ++sender)
    senders.emplace_back([&, sender] {
      const TestClient client = connect();
      std::string text;
      for (std::size_t i = 0; i < kEach; ++i)
        text += "<1>" + std::to_string(sender) + " " + std::to_string(i) + std::string(100, '.') + "\n";
      EXPECT_TRUE(client.send(text));
    });
  ASSERT_TRUE(eventually([&] { return intake_.refused() > 0; }));
  EXPECT_LT(intake_.count(), 4 * kEach);
  for (int i = 0; i < 20; ++i) intake_.set_room(2);
  intake_.set_room(TestIntake::kEndless);
  for (std::thread& sender : senders) sender.join();
  ASSERT_TRUE(eventually([&] { return intake_.count() == 4 * kEach; })) << intake_.count();
  std::map<std::uint64_t, std::size_t> next;  // of each stream: in order, none missing
  for (const auto& frame : intake_.frames()) {
    const std::string number = frame.raw.substr(5, frame.raw.find('.') - 5);
    ASSERT_EQ(number, std::to_string(next[frame.stream]++));
  }
  EXPECT_EQ(counters().dropped, 0U);
}

TEST_F(StreamInputTest, HostileConnectionsDoNotHurtTheOthers) {
  StreamOptions options;
  options.pending_bytes = 1 << 20;
  start(std::move(options));
  // Each connection has two ends here.
  const std::size_t count = std::min<std::uint64_t>(2000, net::raise_file_limit() / 2 - 100);
  std::vector<TestClient> idle;
  for (std::size_t i = 0; i < count; ++i) idle.push_back(connect());
  const TestClient endless = connect(), slow = connect();
  std::thread lines([&] {
    const std::string chunk(1 << 20, 'x');
    for (int i = 0; i < 20; ++i) endless.send(chunk);
  });
  for (const char c : std::string_view("<1>slow")) slow.send({&c, 1});
  const TestClient good = connect();
  for (int i = 0; i < 100; ++i) good.send("<1>good\n");
  EXPECT_TRUE(eventually([&] { return intake_.count() == 100; }));
  lines.join();
  slow.send("\n");
  endless.send("\n");
  ASSERT_TRUE(eventually([&] { return intake_.count() == 102; }));
  for (const auto& frame : intake_.frames()) EXPECT_EQ(frame.cut.value_or(20U << 20), 20U << 20);
  EXPECT_EQ(counters().connections, count + 3);
}

TEST_F(StreamInputTest, WhoNeverSendsAFrameOrNeverEndsOneIsHungUpOn) {
  StreamOptions options;
  options.timeouts.first_frame = 50ms;
  options.timeouts.frame = 100ms;
  start(std::move(options));
  const TestClient silent = connect(), dripping = connect(), good = connect();
  good.send("<1>good\n");
  dripping.send("<1>first\n<1>drip");
  EXPECT_TRUE(silent.is_closed_by_peer());
  EXPECT_TRUE(dripping.is_closed_by_peer());
  EXPECT_TRUE(eventually([&] { return intake_.count() == 3; })) << "what there was of the line is kept";
  good.send("<1>still here\n");
  EXPECT_TRUE(eventually([&] { return intake_.count() == 4; }));
}

TEST_F(StreamInputTest, WhoIsNotAllowedIsHungUpOnAndTold) {
  std::mutex mutex;
  std::string told;
  StreamOptions options;
  options.limits.allowed = net::AllowList({*net::parse_network("192.0.2.0/24")});
  options.timeouts.first_frame = 20ms;  // how often is looked
  options.report = [&](std::string_view report) {
    const std::lock_guard lock(mutex);
    told = report;
  };
  start(std::move(options));
  EXPECT_TRUE(connect().is_closed_by_peer());
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return told == "syslog.tcp: 1 connections refused: not from an allowed network";
  }));
  input_.reset();  // it tells into this frame
}

TEST_F(StreamInputTest, ASenderBeyondItsRateIsSlowedDownAndLosesNothing) {
  StreamOptions options;
  options.sources = SourceProfile{.rate = {.per_second = 1000, .burst = 1000}};
  start(std::move(options));
  const TestClient client = connect();
  const auto began = std::chrono::steady_clock::now();
  client.send("<1>x\n");
  for (int round = 0; round < 3; ++round) {
    std::string text;
    for (int i = 0; i < 400; ++i) text += "<1>x\n";
    client.send(text);
    ASSERT_TRUE(eventually([&] { return intake_.count() == static_cast<std::size_t>(1 + 400 * (round + 1)); }));
  }
  client.send("<1>x\n");
  ASSERT_TRUE(eventually([&] { return intake_.count() == 1202; }));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 190ms);
  EXPECT_EQ(counters().dropped, 0U);
}

TEST_F(StreamInputTest, StopHandsOverWhatWasReadAndWaitsForRoom) {
  start();
  const TestClient client = connect();
  client.send("<1>first\n<1>unfinished");
  ASSERT_TRUE(eventually([&] { return intake_.count() == 1; }));
  intake_.set_room(0);
  client.send(" business\n<1>rest");
  ASSERT_TRUE(eventually([&] { return intake_.refused() > 0; }));
  std::thread stopping([&] { input_->stop(); });
  EXPECT_TRUE(eventually([&] { return intake_.refused() > 0; }));
  intake_.set_room(TestIntake::kEndless);
  stopping.join();
  EXPECT_THAT(intake_.texts(), ElementsAre("<1>first", "<1>unfinished business", "<1>rest"));
  EXPECT_TRUE(client.is_closed_by_peer());
  EXPECT_EQ(counters().dropped, 0U);
  input_->stop();
}

TEST_F(StreamInputTest, WhatFindsNoRoomUntilTheEndIsCounted) {
  StreamOptions options;
  options.timeouts.stop = 50ms;
  start(std::move(options));
  intake_.set_room(0);
  connect().send("<1>a\n<1>b\n");
  ASSERT_TRUE(eventually([&] { return intake_.refused() > 0; }));
  input_->stop();
  EXPECT_EQ(counters().dropped, 2U);
  intake_.set_room(1);  // the callback that was left with the intake finds nobody
}

}  // namespace
}  // namespace yorozu::ingest::syslog
