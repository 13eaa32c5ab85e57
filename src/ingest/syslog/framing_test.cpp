#include "ingest/syslog/framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace yorozu::ingest::syslog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using Cut = std::optional<std::uint64_t>;

struct Collected : FrameSink {
  std::vector<std::pair<std::string, Cut>> frames;
  void frame(std::string_view text, Cut cut) override { frames.emplace_back(text, cut); }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& [text, cut] : frames) all.push_back(text);
    return all;
  }
};

/// All of `stream` in pieces of `piece` bytes, then its end.
Collected read(std::string_view stream, std::size_t piece, PendingBudget& budget) {
  Collected collected;
  SyslogFramer framer(budget);
  while (!stream.empty()) {
    framer.feed(stream.substr(0, piece), collected);
    stream.remove_prefix(std::min(piece, stream.size()));
  }
  framer.finish(collected);
  return collected;
}
Collected read(std::string_view stream, std::size_t piece = SIZE_MAX) {
  PendingBudget budget;
  return read(stream, piece, budget);
}

struct Case {
  std::string name;
  std::string stream;
  std::vector<std::string> frames;
};
std::vector<Case> cases() {
  using namespace std::string_literals;
  return {
      {"lines", "<1>a\n<2>b\n", {"<1>a", "<2>b"}},
      {"CRLF is one terminator", "<1>a\r\n<2>b\r\n", {"<1>a", "<2>b"}},
      {"NUL ends a line too", "<1>a\0<2>b\0"s, {"<1>a", "<2>b"}},
      {"LF after NUL is an empty frame, which is nothing", "<1>a\0\n<2>b\n"s, {"<1>a", "<2>b"}},
      {"counted frames", "4 <1>a8 <2>b c d", {"<1>a", "<2>b c d"}},
      {"a counted frame holds line feeds", "8 <1>a\nb\nc4 <2>x", {"<1>a\nb\nc", "<2>x"}},
      {"both ways mixed", "4 <1>a<2>line\n4 <3>c<4>line\n", {"<1>a", "<2>line", "<3>c", "<4>line"}},
      {"a terminator inside the count is framing", "5 <1>a\n6 <2>b\r\n5 <3>c\0"s, {"<1>a", "<2>b", "<3>c"}},
      {"only one of them is", "6 <1>a\n\n", {"<1>a\n"}},
      {"a terminator after the count is nothing", "4 <1>a\n4 <2>b\n", {"<1>a", "<2>b"}},
      {"a count without < is a line", "12 monkeys\n3  <a\n", {"12 monkeys", "3  <a"}},
      {"a leading zero is no count", "04 <1>a\n", {"04 <1>a"}},
      {"ten digits are no count", "1234567890 <1>a\n", {"1234567890 <1>a"}},
      {"digits and a line feed", "17\n<1>a\n", {"17", "<1>a"}},
      {"blank lines are nothing", "\n\r\n\n<1>a\n\n", {"<1>a"}},
      {"the last line without its end", "<1>a\n<2>b", {"<1>a", "<2>b"}},
      {"nothing but undecided digits", "123", {"123"}},
      {"a message that begins with a year", "2026-11-25 <b>\n", {"2026-11-25 <b>"}},
      {"Japanese and bytes that are no UTF-8", "<1>\xe3\x81\x82\x83\x41\n", {"<1>\xe3\x81\x82\x83\x41"}},
  };
}

TEST(SyslogFraming, EachFrameIsFramedAsItLooks) {
  for (const Case& c : cases()) EXPECT_EQ(read(c.stream).texts(), c.frames) << c.name;
}

TEST(SyslogFraming, HowTheBytesWereCutOnTheWayDoesNotMatter) {
  for (const Case& c : cases())
    for (std::size_t piece = 1; piece <= c.stream.size(); ++piece)
      EXPECT_EQ(read(c.stream, piece).frames, read(c.stream).frames) << c.name << ", pieces of " << piece;
}

TEST(SyslogFraming, ALineOverOneMebibyteIsCutAndItsLengthTold) {
  const std::string exact(kMaxFrame, 'x'), over(kMaxFrame + 5, 'y');
  for (const std::size_t piece : {SIZE_MAX, std::size_t{70000}, kMaxFrame + 1})
    for (const char* end : {"\n", "\r\n"}) {
      const auto frames = read(exact + end + over + end + "<1>after\n", piece).frames;
      ASSERT_EQ(frames.size(), 3U);
      EXPECT_EQ(frames[0].first.size(), kMaxFrame);
      EXPECT_EQ(frames[0].second, std::nullopt);
      EXPECT_EQ(frames[1].first.size(), kMaxFrame);
      EXPECT_EQ(frames[1].second, kMaxFrame + 5);
      EXPECT_THAT(frames[2], Pair("<1>after", std::nullopt));
    }
}

TEST(SyslogFraming, ACountedFrameOverOneMebibyteIsCutAndTheNextOneFound) {
  const std::string over = "<" + std::string(3 * kMaxFrame, 'y');
  for (const std::size_t piece : {SIZE_MAX, std::size_t{65536}}) {
    const auto frames = read(std::to_string(over.size()) + " " + over + "8 <1>after", piece).frames;
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0].first, over.substr(0, kMaxFrame));
    EXPECT_EQ(frames[0].second, over.size());
    EXPECT_EQ(frames[1].first, "<1>after");
  }
}

TEST(SyslogFraming, TheCutDoesNotBreakACharacter) {
  std::string line(kMaxFrame - 1, 'x');
  line += "\xe3\x81\x82\xe3\x81\x82";
  const auto frames = read(line + "\n").frames;
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].first, std::string(kMaxFrame - 1, 'x'));
  EXPECT_EQ(frames[0].second, line.size());
}

TEST(SyslogFraming, ACountedFrameThatTheEndCutsShortTellsWhatWasAnnounced) {
  EXPECT_THAT(read("100 <1>half").frames, ElementsAre(Pair("<1>half", Cut(100))));
  EXPECT_THAT(read("100 ").texts(), ElementsAre("100 "));
}

TEST(SyslogFraming, ManyEndlessLinesShareOneBudgetAndGiveItBack) {
  PendingBudget budget(100000);
  Collected collected;
  {
    SyslogFramer greedy(budget), late(budget), modest(budget);
    greedy.feed(std::string(110000, 'g'), collected);  // 16 KiB free, the rest of the budget
    late.feed(std::string(50000, 'l'), collected);     // finds nothing left
    modest.feed(std::string(10000, 'm'), collected);   // needs none
    EXPECT_THAT(collected.frames, IsEmpty());
    for (SyslogFramer* framer : {&greedy, &late, &modest}) framer->feed("\n", collected);
  }
  ASSERT_EQ(collected.frames.size(), 3U);
  EXPECT_EQ(collected.frames[0].first.size(), 110000U);
  EXPECT_EQ(collected.frames[0].second, std::nullopt);
  EXPECT_EQ(collected.frames[1].second, 50000U) << "cut, and its length told";
  EXPECT_THAT(collected.frames[2], Pair(std::string(10000, 'm'), std::nullopt));
  EXPECT_TRUE(budget.take(100000)) << "all of it is back";
}

TEST(SyslogFraming, KnowsWhetherSomethingIsUnfinished) {
  PendingBudget budget;
  Collected collected;
  SyslogFramer framer(budget);
  EXPECT_FALSE(framer.has_unfinished());
  framer.feed("12", collected);
  EXPECT_TRUE(framer.has_unfinished());
  framer.feed(" <1>", collected);
  EXPECT_TRUE(framer.has_unfinished());
  framer.feed("123456789", collected);
  EXPECT_FALSE(framer.has_unfinished());
}

}  // namespace
}  // namespace yorozu::ingest::syslog
