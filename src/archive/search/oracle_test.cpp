// Every form of a question, on texts that have broken searches before, against the plain reading of every line.
#include <gtest/gtest.h>

#include "archive/search/search.h"
#include "archive/search/test_archive.h"

namespace yorozu::archive::search {
namespace {

using testing::CollectingSink;
using testing::Found;
using testing::NaiveSearch;
using testing::TestArchive;

constexpr const char* kQueries[] = {
    "",
    "failed",
    "FAILED password",
    "\"failed password for invalid\"",
    "sword",
    "*sword*",
    "pass*",
    "admin OR hanako",
    "failed NOT admin",
    "NOT failed",
    "-sshd",
    "203.0.113.9",
    "203.0.113",
    "10.0.0.5 deny",
    "C:\\Windows\\System32\\cmd.exe",
    "\"C:\\Windows\\System32\"",
    "*\\cmd.exe",
    "c:\\temp",
    "\"echo hi\"",
    "back\\slash",
    "\"with \\\"quotes\\\"\"",
    "ログオン",
    "ログオンに失敗",
    "ﾛｸﾞｵﾝ",
    "プリンタ",
    "ﾌﾟﾘﾝﾀ",
    "abc123",
    "ＡＢＣ１２３",
    "失敗 yamada",
    "sato",
    "suzuki",
    "ünïcödé",
    "strasse",
    "straße",
    "*\xC3\xBC*",
    "nc",
    "\"nc -l\"",
    "-l",
    "execve",
    "syscall",
    "\"type=EXECVE\"",
    "/usr/bin/nc",
    "root failed",
    "hostname",
    "\"whoami & hostname\"",
    "&amp",
    "hi",
    "error",
    "err",
    "warning",
    "daemon",
    "info",
    "notice",
    "kernel",
    "true",
    "12.5",
    "4625",
    "%41",
    "/a/b?c=*",
    "a/b",
    "\"GET /a/b\"",
    "EventID:4625",
    "event.code:4625",
    "event_id:>4600",
    "user.name:bob",
    "user.name:(bob OR hanako)",
    "TargetUserName:B*",
    "Image:*\\cmd.exe",
    "process.executable:*.exe",
    "source.ip:10.0.0.0/8",
    "source.ip:203.0.113.0/24",
    "IpAddress:10.1.2.3",
    "dstport:[400 TO 450]",
    "sentbyte:>2000",
    "message:/Out of mem/",
    "CommandLine:/(?i)ECHO/",
    "n:*",
    "none:*",
    "NOT n:*",
    "tags:b",
    "host:gate",
    "host:nas ログオン",
    "input:file",
    "input:syslog.*",
    "class:auth",
    "class:firewall OR class:web",
    "peer:192.0.2.1",
    "seq:[3 TO 7]",
    "seq:5",
    "received:>2025-11-24T16:00:10Z",
    "time:<2025-11-24T00:00:00Z",
    "logsource:*windows*",
    "channel:security",
    "raw:*curl*",
    "failed | fields user, source_ip",
    "| limit 5",
    "| stats count",
    "| stats count by host",
    "failed | stats count, dc(user) by host, input",
    "| top 3 host",
    "| rare input",
    "| timechart 1h",
    "| timechart 1m count by class",
    "| stats sum(sentbyte), avg(sentbyte), max(sentbyte) by action",
    "class:firewall | sort -sentbyte",
    "| stats first(host), last(host)",
};

class Oracle : public ::testing::Test {
 protected:
  void compare(const SearchRequest& request) {
    CollectingSink sink;
    const auto summary = answer(request, archive_.folders(), sink);
    ASSERT_TRUE(summary) << request.query << ": " << summary.error().error.message;
    const Found found = sink.found(), expected = naive_->answer(request);
    ASSERT_EQ(found.rows.size(), expected.rows.size()) << request.query;
    for (std::size_t i = 0; i < found.rows.size(); ++i) ASSERT_EQ(found.rows[i], expected.rows[i]) << request.query;
    ASSERT_EQ(found.table, expected.table) << request.query;
    ASSERT_TRUE(summary->damages.empty());
    matches_ += found.rows.size();
  }
  void compare_all() {
    naive_.emplace(archive_.folders());
    for (const char* query : kQueries) {
      SearchRequest request;
      request.query = query;
      for (const std::uint64_t limit : {0, 3}) {
        request.limit = limit;
        compare(request);
      }
      request.limit = 0;
      request.from = testing::kStart;
      request.to = Timestamp{testing::kStart.us + 10'000'000};
      compare(request);
    }
    EXPECT_GT(matches_, 100U) << "the queries are about something";
  }

  TestArchive archive_;
  std::optional<NaiveSearch> naive_;
  std::size_t matches_ = 0;
};

TEST_F(Oracle, AgreesOnTheJournal) {
  archive_.commit(testing::mixed_frames());
  compare_all();
}

TEST_F(Oracle, AgreesOnSegmentsAndJournalTogether) {
  archive_.commit(testing::mixed_frames(7));
  archive_.seal();
  archive_.commit(testing::mixed_frames(8));
  archive_.seal();
  archive_.commit(testing::mixed_frames(9));
  compare_all();
}

}  // namespace
}  // namespace yorozu::archive::search
