#include "hunt/logon_summary.h"

#include <gtest/gtest.h>

namespace yorozu::hunt {
namespace {

class LogonSummaryTest : public testing::Test {
 protected:
  void windows(std::string_view channel, std::uint32_t id,
               std::initializer_list<std::pair<std::string_view, std::string_view>> fields,
               std::string_view time = "2026-11-24T10:00:00Z") {
    add(channel, id, fields, time);
  }
  void line(std::string_view message) { add("", event::kNoEventId, {{"Message", message}}, "2026-11-24T10:00:00Z"); }

  const std::map<Logon, LogonCount>& counts() const { return summary_.counts().counts(); }

 private:
  void add(std::string_view channel, std::uint32_t id,
           std::initializer_list<std::pair<std::string_view, std::string_view>> fields, std::string_view time) {
    event::EventBatch batch;
    std::vector<event::NameId> names = {event::name::kComputer};
    batch.values.push_back(event::utf8_value("PC1"));
    for (const auto& [name, text] : fields) {
      names.push_back(schema_.names.intern(name));
      batch.values.push_back(event::utf8_value(text));
    }
    event::Event e;
    e.shape = event::shape_for(names, schema_, batch);
    e.channel = schema_.names.intern(channel);
    e.event_id = id;
    e.time = *parse_time(time);
    e.host = 0;
    summary_.add(e, batch);
  }

  event::Schema schema_;
  LogonSummary summary_{schema_};
};

TEST_F(LogonSummaryTest, SuccessAndFailureAreCountedApart) {
  windows("Security", 4624,
          {{"TargetDomainName", "ACME"}, {"TargetUserName", "alice"}, {"LogonType", "3"}, {"IpAddress", "192.0.2.7"}});
  windows("Security", 4625,
          {{"TargetDomainName", "ACME"}, {"TargetUserName", "alice"}, {"LogonType", "3"}, {"IpAddress", "192.0.2.7"}});
  windows("Security", 4625,
          {{"TargetDomainName", "ACME"}, {"TargetUserName", "alice"}, {"LogonType", "3"}, {"IpAddress", "192.0.2.7"}},
          "2026-11-24T11:00:00Z");
  ASSERT_EQ(counts().size(), 2U);
  const Logon failed{"ACME\\alice", "192.0.2.7", "PC1", "3 network", false};
  EXPECT_EQ(counts().at(failed).count, 2U);
  EXPECT_EQ(format_rfc3339(counts().at(failed).last), "2026-11-24T11:00:00.000000Z");
}

TEST_F(LogonSummaryTest, WorkstationStandsInForAMissingAddress) {
  windows("Security", 4625,
          {{"TargetUserName", "bob"}, {"LogonType", "10"}, {"IpAddress", "-"}, {"WorkstationName", "LAPTOP"}});
  EXPECT_EQ(counts().begin()->first, (Logon{"bob", "LAPTOP", "PC1", "10 remote interactive", false}));
}

TEST_F(LogonSummaryTest, SameEventIdOfAnotherChannelIsNoLogon) {
  windows("Application", 4624, {{"TargetUserName", "alice"}});
  EXPECT_TRUE(counts().empty());
}

TEST_F(LogonSummaryTest, RemoteDesktopConnectionNamesTheUserAndAddress) {
  windows("Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational", 1149,
          {{"Param1", "alice"}, {"Param2", "ACME"}, {"Param3", "203.0.113.9"}});
  EXPECT_EQ(counts().begin()->first, (Logon{"ACME\\alice", "203.0.113.9", "PC1", "remote desktop connection", true}));
}

TEST_F(LogonSummaryTest, SshdLinesAreReadAlsoWithHostileUserNames) {
  line("Accepted publickey for alice from 192.0.2.7 port 50022 ssh2: RSA SHA256:abc");
  line("Failed password for invalid user x from 1.2.3.4 from 198.51.100.3 port 22 ssh2");
  ASSERT_EQ(counts().size(), 2U);
  EXPECT_TRUE(counts().contains({"alice", "192.0.2.7", "PC1", "ssh publickey", true}));
  EXPECT_TRUE(counts().contains({"x from 1.2.3.4", "198.51.100.3", "PC1", "ssh password", false}));
}

}  // namespace
}  // namespace yorozu::hunt
