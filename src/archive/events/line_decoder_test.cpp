#include "archive/events/line_decoder.h"

#include <gtest/gtest.h>

#include "base/buffer.h"

namespace yorozu::archive {
namespace {

constexpr Timestamp kReceived{1'700'000'000'000'000};

class LineDecoding : public ::testing::Test {
 protected:
  void decode(std::string_view input, std::string_view raw) {
    Buffer tail, line;
    proof::append_line_tail({kReceived, input, "192.0.2.1", {}, raw, {}}, tail);
    proof::append_line(++seq_, tail.view(), line);
    const auto added = decoder_.decode(line.view(), batch_, origins_);
    EXPECT_TRUE(added) << added.error().message;
  }
  std::string field(std::size_t event, std::string_view name) {
    const event::Value* value = batch_.find(batch_.events.at(event), schema_.names.intern(name));
    return value == nullptr ? "" : event::to_text(*value);
  }

  event::Schema schema_;
  LineDecoder decoder_{schema_, event::LogsourceMap::builtin()};
  event::EventBatch batch_;
  std::vector<Origin> origins_;
  std::uint64_t seq_ = 0;
};

TEST_F(LineDecoding, EachLineIsAnEventOfItsInputWithItsNumber) {
  decode("syslog.tcp", "<13>Nov 14 22:13:20 gate app: one");
  decode("json", R"({"a":"b"})");
  decoder_.flush(batch_, origins_);
  ASSERT_EQ(batch_.events.size(), 2U);
  ASSERT_EQ(origins_.size(), 2U);
  EXPECT_EQ(origins_[0].seq, 1U);
  EXPECT_EQ(origins_[0].input, "syslog.tcp");
  EXPECT_EQ(origins_[0].peer, "192.0.2.1");
  EXPECT_EQ(batch_.events[1].line, 2U);
  EXPECT_EQ(batch_.events[1].time, kReceived);
  EXPECT_EQ(field(1, "a"), "b");
}

TEST_F(LineDecoding, TextOfAShiftJisFrameIsUtf8AndItsBytesStay) {
  decode("syslog.tcp", "\x83\x65\x83\x58\x83\x67\x8A\xC4\x8E\x8B");
  EXPECT_EQ(origins_.at(0).text, "テスト監視");
  EXPECT_EQ(batch_.events.at(0).raw, "\x83\x65\x83\x58\x83\x67\x8A\xC4\x8E\x8B");
}

TEST_F(LineDecoding, AuditRecordsAreOneEventWithAllTheirText) {
  decode("file", "type=SYSCALL msg=audit(1700000000.100:7): arch=c000003e syscall=59 success=yes");
  decode("file", "between");
  decode("file", "type=EXECVE msg=audit(1700000000.100:7): argc=1 a0=\"nc\"");
  decoder_.flush(batch_, origins_);
  ASSERT_EQ(batch_.events.size(), 2U);
  EXPECT_EQ(origins_[1].seq, 3U);
  EXPECT_EQ(origins_[1].frames, (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(origins_[1].text,
            "type=SYSCALL msg=audit(1700000000.100:7): arch=c000003e syscall=59 success=yes\n"
            "type=EXECVE msg=audit(1700000000.100:7): argc=1 a0=\"nc\"");
}

TEST_F(LineDecoding, ColumnsOfATableHoldUntilTheRunEnds) {
  const std::string_view row = "2026-11-14 22:13:20 192.0.2.7 GET";
  decode("file", "#Fields: date time c-ip cs-method");
  decode("file", row);
  EXPECT_EQ(field(1, "c-ip"), "192.0.2.7");
  decoder_.end_run(batch_, origins_);
  decode("file", row);
  EXPECT_EQ(field(2, "c-ip"), "");
}

TEST_F(LineDecoding, WhatIsNoLineIsRefusedAndAddsNothing) {
  EXPECT_FALSE(decoder_.decode("{\"seq\":1}", batch_, origins_));
  EXPECT_TRUE(batch_.events.empty());
  EXPECT_TRUE(origins_.empty());
}

}  // namespace
}  // namespace yorozu::archive
