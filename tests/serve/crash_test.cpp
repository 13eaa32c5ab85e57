// What was acknowledged is found after any crash of the program. The sender (this process) keeps its own list.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "running_server.h"
#include "sender.h"

namespace yorozu::test {
namespace {

const std::vector<std::string> kRelp = {"relp.enabled=true"};

std::string message(int n) {
  return "<38>1 2026-11-25T01:02:03Z web1 app 1 - - numbered " + std::to_string(n) + " end";
}

/// Sends until the connection breaks; gives the first number that was not acknowledged.
int send_until_broken(std::uint16_t port, int from, int most) {
  RelpSender sender(port);
  int n = from;
  while (n < most && sender.send(message(n))) ++n;
  return n;
}

void expect_all(const RunningServer& server, int acknowledged) {
  const std::string kept = server.tail({"--format", "raw"});
  int missing = 0;
  for (int n = 0; n < acknowledged; ++n)
    if (!kept.contains("numbered " + std::to_string(n) + " end")) ++missing;
  EXPECT_EQ(missing, 0) << "of " << acknowledged << " acknowledged\n" << server.own_log();
}

TEST(Crash, NothingAcknowledgedIsLostWhenTheServerIsKilled) {
  RunningServer server(kRelp);
  ASSERT_TRUE(server.start()) << server.own_log();
  const std::uint16_t port = server.port("relp");
  int acknowledged = 0;
  for (int round = 0; round < 3; ++round) {
    int reached = acknowledged;
    std::jthread sending([&] { reached = send_until_broken(port, acknowledged, acknowledged + 100'000); });
    ASSERT_TRUE(eventually([&] { return server.input("relp")["received"] > 50; }));
    ASSERT_TRUE(server.kill_server()) << server.own_log();
    sending.join();
    EXPECT_GT(reached, acknowledged);
    acknowledged = reached;
    expect_all(server, acknowledged);
  }
  EXPECT_EQ(server.stop(), 0) << server.own_log();
}

TEST(Crash, NothingAcknowledgedIsLostWhenTheSupervisorIsKilled) {
  RunningServer server(kRelp);
  ASSERT_TRUE(server.start()) << server.own_log();
  const int acknowledged = send_until_broken(server.port("relp"), 0, 200);
  EXPECT_EQ(acknowledged, 200);
  server.kill_supervisor();
  ASSERT_TRUE(server.start()) << server.own_log();
  expect_all(server, acknowledged);
  EXPECT_EQ(server.stop(), 0) << server.own_log();
}

}  // namespace
}  // namespace yorozu::test
