#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "ingest/syslog/relp.h"
#include "ingest/syslog/stream_input.h"
#include "ingest/syslog/test_intake.h"
#include "net/test_client.h"

namespace yorozu::ingest::syslog {
namespace {

using namespace std::chrono_literals;
using net::testing::eventually;
using net::testing::TestClient;
using ::testing::HasSubstr;
using testing::TestIntake;

std::string frame_of(int txnr, const std::string& command, const std::string& data) {
  return std::to_string(txnr) + " " + command + " " + std::to_string(data.size()) + (data.empty() ? "" : " " + data) +
         "\n";
}
std::function<bool(const std::string&)> ends_with(std::string end) {
  return [end = std::move(end)](const std::string& all) { return all.ends_with(end); };
}

class RelpInputTest : public ::testing::Test {
 protected:
  void SetUp() override {
    StreamOptions options;
    options.name = options.input = "relp";
    options.listen = net::Endpoint{.address = net::Address::loopback()};
    options.protocol = make_relp_protocol;
    options.timeouts.stop = 200ms;
    options.now = [] { return Timestamp{1'764'000'000'000'000}; };
    input_ = make_stream_input(std::move(options), loop_, intake_);
    ASSERT_TRUE(input_->start());
  }
  TestClient open() {
    TestClient client = TestClient::tcp(*net::parse_endpoint(input_->state().address));
    client.send(frame_of(1, "open", "relp_version=0\ncommands=syslog"));
    EXPECT_THAT(client.receive_until(ends_with("commands=syslog\n")), HasSubstr("200 OK"));
    return client;
  }

  net::IoLoop loop_{"test"};
  TestIntake intake_{TestIntake::Acknowledge::WhenTold};
  std::unique_ptr<Input> input_;
};

TEST_F(RelpInputTest, AnswersComeAfterTheCommitInOrder) {
  const TestClient client = open();
  client.send(frame_of(2, "syslog", "<13>one"));
  ASSERT_TRUE(eventually([&] { return intake_.waiting() == 1; }));
  client.send(frame_of(3, "syslog", "<13>two") + frame_of(4, "close", ""));
  ASSERT_TRUE(eventually([&] { return intake_.waiting() == 2; }));
  EXPECT_EQ(intake_.frames().front().input, "relp");
  intake_.settle();
  EXPECT_EQ(client.receive_until(ends_with("OK\n")), "2 rsp 6 200 OK\n");
  intake_.settle();
  EXPECT_EQ(client.receive_to_end(), "3 rsp 6 200 OK\n4 rsp 6 200 OK\n0 serverclose 0\n");
  EXPECT_TRUE(eventually([&] { return input_->counters().connections == 0; }));
}

TEST_F(RelpInputTest, WhatCouldNotBeKeptIsNotAnswered) {
  const TestClient client = open();
  client.send(frame_of(2, "syslog", "<13>one"));
  ASSERT_TRUE(eventually([&] { return intake_.waiting() == 1; }));
  intake_.settle(fail(ErrorCode::Io, "disk full"));
  EXPECT_EQ(client.receive_to_end(), "0 serverclose 0\n");
  EXPECT_EQ(input_->counters().refused, 1U);
}

TEST_F(RelpInputTest, StopWaitsForCommitsOnTheirWay) {
  const TestClient client = open();
  client.send(frame_of(2, "syslog", "<13>one"));
  ASSERT_TRUE(eventually([&] { return intake_.waiting() == 1; }));
  std::thread stopping([&] { input_->stop(); });
  intake_.settle();
  stopping.join();
  EXPECT_EQ(client.receive_to_end(), "2 rsp 6 200 OK\n0 serverclose 0\n");
}

TEST_F(RelpInputTest, ACommitAfterTheEndOfTheConnectionAnswersNobody) {
  {
    const TestClient client = open();
    client.send(frame_of(2, "syslog", "<13>one"));
    ASSERT_TRUE(eventually([&] { return intake_.waiting() == 1; }));
  }
  ASSERT_TRUE(eventually([&] { return input_->counters().connections == 0; }));
  intake_.settle();
  loop_.call([] {});
}

TEST_F(RelpInputTest, BytesThatAreNoRelpEndTheConnection) {
  const TestClient client = TestClient::tcp(*net::parse_endpoint(input_->state().address));
  client.send("<13>plain syslog\n");
  EXPECT_TRUE(client.is_closed_by_peer());
}

}  // namespace
}  // namespace yorozu::ingest::syslog
