#include "ingest/syslog/relp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace yorozu::ingest::syslog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Collected : FrameSink {
  std::vector<std::string> texts;
  std::optional<std::uint64_t> last_cut;
  void frame(std::string_view text, std::optional<std::uint64_t> cut) override {
    texts.emplace_back(text);
    last_cut = cut;
  }
};

const std::string kOffers = "200 OK\nrelp_version=0\nrelp_software=yorozu\ncommands=syslog";

std::string frame_of(int txnr, const std::string& command, const std::string& data) {
  return std::to_string(txnr) + " " + command + " " + std::to_string(data.size()) + (data.empty() ? "" : " " + data) +
         "\n";
}

class RelpTest : public ::testing::Test {
 protected:
  /// What is answered to `bytes`; each call that gave frames is a batch.
  std::string say(std::string_view bytes) {
    std::string reply;
    const std::size_t before = frames_.texts.size();
    session_.take(bytes, frames_, reply);
    if (frames_.texts.size() != before) session_.batch_made();
    return reply;
  }
  std::string keep() {
    std::string reply;
    session_.batch_kept(reply);
    return reply;
  }
  void open() { say(frame_of(1, "open", "relp_version=0\ncommands=syslog")); }

  PendingBudget budget_;
  RelpSession session_{budget_};
  Collected frames_;
};

TEST_F(RelpTest, OpenIsAnsweredWithWhatWeOffer) {
  EXPECT_EQ(say(frame_of(1, "open",
                         "relp_version=0\nrelp_software=librelp,1.11.0,http://librelp.adiscon.com\ncommands=syslog")),
            "1 rsp " + std::to_string(kOffers.size()) + " " + kOffers + "\n");
}

TEST_F(RelpTest, AMessageIsAnsweredWhenItIsDurableAndNotBefore) {
  open();
  EXPECT_EQ(say(frame_of(2, "syslog", "<13>one") + frame_of(3, "syslog", "<13>two")), "");
  EXPECT_EQ(say(frame_of(4, "syslog", "<13>three")), "");
  EXPECT_THAT(frames_.texts, ElementsAre("<13>one", "<13>two", "<13>three"));
  EXPECT_EQ(session_.unanswered(), 3U);
  EXPECT_EQ(keep(), "2 rsp 6 200 OK\n3 rsp 6 200 OK\n");
  EXPECT_EQ(keep(), "4 rsp 6 200 OK\n");
  EXPECT_EQ(session_.unanswered(), 0U);
}

TEST_F(RelpTest, AnswersKeepTheOrderOfTheCommands) {
  open();
  EXPECT_EQ(say(frame_of(2, "syslog", "<13>one") + frame_of(3, "eventlog", "x") + frame_of(4, "syslog", "\n") +
                frame_of(5, "close", "")),
            "");
  EXPECT_FALSE(session_.is_over());
  EXPECT_EQ(keep(), "2 rsp 6 200 OK\n3 rsp 19 500 unknown command\n4 rsp 6 200 OK\n5 rsp 6 200 OK\n");
  EXPECT_TRUE(session_.is_over());
  EXPECT_EQ(session_.problem(), "");
}

TEST_F(RelpTest, BytesMayComeOneByOne) {
  const std::string stream = frame_of(1, "open", "relp_version=1\ncommands=syslog") +
                             frame_of(2, "syslog", "<13>a\nb") + "3 syslog 0 \n" + "4 syslog 0\n" +
                             frame_of(5, "close", "");
  std::string reply;
  for (const char c : stream) reply += say({&c, 1});
  EXPECT_THAT(frames_.texts, ElementsAre("<13>a\nb"));
  EXPECT_THAT(reply, HasSubstr("relp_version=1"));
  EXPECT_EQ(keep(), "2 rsp 6 200 OK\n3 rsp 6 200 OK\n4 rsp 6 200 OK\n5 rsp 6 200 OK\n");
}

TEST_F(RelpTest, AMessageOverOneMebibyteIsCutAndAnsweredAllTheSame) {
  open();
  const std::string message(kMaxFrame + 10, 'x');
  EXPECT_EQ(say(frame_of(2, "syslog", message)), "");
  EXPECT_EQ(frames_.texts.front().size(), kMaxFrame);
  EXPECT_EQ(frames_.last_cut, message.size());
  EXPECT_EQ(keep(), "2 rsp 6 200 OK\n");
}

TEST_F(RelpTest, HintsAreNotAnswered) {
  open();
  EXPECT_EQ(say("0 serverclose 0\n"), "");
  EXPECT_FALSE(session_.is_over());
}

TEST_F(RelpTest, TheServersLastWordIsAHint) {
  open();
  std::string reply;
  session_.farewell(reply);
  EXPECT_EQ(reply, "0 serverclose 0\n");
}

TEST(RelpErrors, WhatNoSessionCanSayEndsIt) {
  const std::string open = frame_of(1, "open", "relp_version=0");
  const std::pair<const char*, std::string> cases[] = {
      {"plain syslog", "<13>hello\n"},
      {"an HTTP request", "GET / HTTP/1.1\r\n"},
      {"ten digits", "1234567890 open 0\n"},
      {"no command", "1  0\n"},
      {"a command of 33 letters", "1 " + std::string(33, 'x') + " 0\n"},
      {"a length that is none", "1 open x\n"},
      {"a length without end", "1 open 1234567890\n"},
      {"no blank before the data", "1 open 3\nabc\n"},
      {"a frame that goes on", "1 open 14 relp_version=0X\n"},
      {"no data, but a length", "1 open 5\n"},
      {"a message before open", frame_of(1, "syslog", "<13>x")},
      {"open without a version", frame_of(1, "open", "commands=syslog")},
      {"open twice", open + open},
      {"offers without end", frame_of(1, "open", "relp_version=0\n" + std::string(40000, 'x'))},
      {"a message after close", open + frame_of(2, "close", "") + frame_of(3, "syslog", "<13>x")},
  };
  for (const auto& [name, bytes] : cases) {
    PendingBudget budget;
    RelpSession session(budget);
    Collected frames;
    std::string reply;
    session.take(bytes, frames, reply);
    EXPECT_NE(session.problem(), "") << name;
    EXPECT_TRUE(session.is_over()) << name;
    EXPECT_THAT(frames.texts, IsEmpty()) << name;
  }
}

}  // namespace
}  // namespace yorozu::ingest::syslog
