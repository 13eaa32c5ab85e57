// Search on a running server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "search/logons.h"
#include "serve/running_server.h"
#include "serve/sender.h"

namespace yorozu::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class SearchLive : public ::testing::Test {
 protected:
  void SetUp() override {
    if (access("/usr/bin/curl", X_OK) != 0) GTEST_SKIP() << "curl is not installed";
    ASSERT_TRUE(server_.start()) << server_.own_log();
    const Fd syslog = connect_tcp(server_.port("syslog.tcp"));
    for (const std::string& line : sshd_lines()) send_all(syslog, line + "\n");
    std::string documents;
    for (const std::string& document : windows_documents()) documents += document + "\n";
    ASSERT_EQ(post(server_, "bulk", "/ingest/json", "Bearer " + new_token(server_, "ingest.json"), documents), "200")
        << server_.own_log();
    ASSERT_TRUE(eventually([&] { return server_.input("syslog.tcp")["received"] == sshd_lines().size(); }));
  }

  RunningServer server_{{"syslog.tcp.enabled=true"}};
};

TEST_F(SearchLive, OneLineSaysWhoFailedToLogInYesterdayFromWhereAndHowOften) {
  EXPECT_TRUE(eventually([&] { return server_.command(kWhoFailedYesterday).out == kAnswer; }))
      << server_.command(kWhoFailedYesterday).out << server_.command(kWhoFailedYesterday).err << server_.own_log();
  EXPECT_THAT(server_.tail({"--format", "jsonl"}), HasSubstr("event.code:4625")) << "the question is in the audit log";
}

TEST_F(SearchLive, SearchesAreKeptByName) {
  std::vector<std::string> keep = kWhoFailedYesterday;
  keep.insert(keep.end(), {"--save", "失敗したログイン"});
  const Outcome kept = server_.command(keep);
  EXPECT_EQ(kept.status, 0) << kept.err;
  EXPECT_THAT(server_.command({"search", "--list-saved"}).out, HasSubstr("失敗したログイン"));
  EXPECT_TRUE(eventually([&] { return server_.command({"search", "--saved", "失敗したログイン"}).out == kAnswer; }));
  EXPECT_EQ(server_.command({"search", "--saved", "nosuch"}).status, 2);
}

TEST_F(SearchLive, TailShowsOnlyWhatMatches) {
  const std::string shown = server_.tail({"user:alice", "--format", "raw"});
  EXPECT_THAT(shown, HasSubstr("Accepted password for alice"));
  EXPECT_THAT(shown, Not(HasSubstr("bob")));
}

}  // namespace
}  // namespace yorozu::test
