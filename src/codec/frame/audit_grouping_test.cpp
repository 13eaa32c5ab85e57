#include "codec/frame/audit_grouping.h"

#include <gtest/gtest.h>

#include "codec/test_events.h"

namespace yorozu::codec {
namespace {

class AuditFrames : public ::testing::Test {
 protected:
  bool frame(std::string_view raw, std::uint64_t token, std::int64_t second = 0) {
    const Frame frame{.raw = raw, .kind = FrameKind::Syslog, .received = {second * 1'000'000}, .stream = "syslog.udp"};
    decoder_->decode(frame, batch_);
    return grouping_.hold(frame, token, frame.received, batch_);
  }
  std::vector<AuditGrouping::Made> complete(std::int64_t second) {
    std::vector<AuditGrouping::Made> made;
    grouping_.add_complete({second * 1'000'000}, batch_, made);
    return made;
  }
  testing::ReadEvent event(std::size_t i) const { return testing::read_event(batch_, batch_.events[i], schema_); }

  event::Schema schema_;
  std::unique_ptr<FrameDecoder> decoder_ = make_frame_decoder(schema_, event::LogsourceMap::builtin());
  AuditGrouping grouping_{schema_, event::LogsourceMap::builtin()};
  event::EventBatch batch_;
};

constexpr const char* kSyscall =
    R"(<13>Nov 14 22:13:20 gate audispd: type=SYSCALL msg=audit(1700000000.100:7): arch=c000003e syscall=59 success=yes)";
constexpr const char* kExecve =
    R"(<13>Nov 14 22:13:20 gate audispd: type=EXECVE msg=audit(1700000000.100:7): argc=2 a0="nc" a1="-l")";
constexpr const char* kEnd = R"(<13>Nov 14 22:13:20 gate audispd: type=EOE msg=audit(1700000000.100:7): )";

TEST_F(AuditFrames, RecordsOfOneEventBecomeOneWhenItsEndCame) {
  EXPECT_TRUE(frame(kSyscall, 10));
  EXPECT_TRUE(frame(kExecve, 11));
  EXPECT_TRUE(batch_.events.empty());
  EXPECT_TRUE(frame(kEnd, 12));
  const auto made = complete(0);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].tokens, (std::vector<std::uint64_t>{10, 11, 12}));
  EXPECT_EQ(made[0].stream, "syslog.udp");
  ASSERT_EQ(batch_.events.size(), 1U);
  EXPECT_EQ(event(0)["CommandLine"], "nc -l");
  EXPECT_EQ(event(0).host, "gate");
}

TEST_F(AuditFrames, WithoutAnEndTheyAreGivenAfterAWhile) {
  EXPECT_TRUE(frame(kSyscall, 1, 100));
  EXPECT_TRUE(frame(kExecve, 2, 100));
  EXPECT_TRUE(grouping_.next_expiry().known());
  EXPECT_TRUE(complete(101).empty());
  EXPECT_EQ(complete(103).size(), 1U);
  EXPECT_FALSE(grouping_.next_expiry().known());
}

TEST_F(AuditFrames, OtherFramesAndRecordsThatStandAloneAreLeftWhereTheyAre) {
  EXPECT_FALSE(frame("<13>Nov 14 22:13:20 gate sshd[1]: type=SYSCALL is only a word here", 1));
  EXPECT_FALSE(frame(
      R"(<13>Nov 14 22:13:20 gate audispd: type=USER_LOGIN msg=audit(1700000000.100:8): pid=1 uid=0 msg='op=login res=failed')",
      2));
  EXPECT_EQ(batch_.events.size(), 2U);
}

}  // namespace
}  // namespace yorozu::codec
