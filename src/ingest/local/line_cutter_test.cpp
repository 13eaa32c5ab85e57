#include "ingest/local/line_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yorozu::ingest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::string_literals;

struct Kept {
  std::uint64_t offset;
  std::string raw;
  std::uint64_t length;
  bool operator==(const Kept&) const = default;
};
void PrintTo(const Kept& kept, std::ostream* out) {
  *out << kept.offset << ":" << kept.raw << ":" << kept.length;
}

struct Cutting {
  LineCutter cutter;
  std::vector<Kept> lines;
  explicit Cutting(LineUnits units = LineUnits::Bytes, std::size_t max_line = 1 << 20) : cutter(units, max_line) {}

  LineCutter::Each each() {
    return [this](const CutLine& line) { lines.push_back({line.offset, std::string(line.raw), line.length}); };
  }
  Cutting& feed(std::string_view bytes) {
    cutter.feed(bytes, each());
    return *this;
  }
};

std::string utf16le(std::string_view text) {
  return utf16le_from_utf8(text);
}

TEST(LineCutter, LinesEndWithLfOrCrlfAndBlankOnesAreNone) {
  Cutting cutting;
  cutting.feed("one\ntwo\r\n\r\n\nthree\n");
  EXPECT_THAT(cutting.lines, ElementsAre(Kept{0, "one", 3}, Kept{4, "two", 3}, Kept{12, "three", 5}));
  EXPECT_FALSE(cutting.cutter.has_rest());
  EXPECT_EQ(cutting.cutter.line_start(), 18U);
}

TEST(LineCutter, AnyPiecesGiveTheSameLines) {
  const std::string text = "one\r\ntwo\n\n\0\0\0three\nlast"s;
  Cutting whole;
  whole.feed(text).cutter.take_rest(whole.each());
  for (std::size_t piece = 1; piece < 8; ++piece) {
    Cutting cutting;
    for (std::size_t at = 0; at < text.size(); at += piece) cutting.feed(std::string_view(text).substr(at, piece));
    EXPECT_EQ(cutting.cutter.line_start(), 19U);
    cutting.cutter.take_rest(cutting.each());
    EXPECT_EQ(cutting.lines, whole.lines) << piece;
    EXPECT_EQ(cutting.cutter.line_start(), text.size());
  }
}

TEST(LineCutter, WhatComesAfterATakenRestIsALineOfItsOwnAndALineBreakAloneIsNone) {
  Cutting cutting;
  cutting.feed("half").cutter.take_rest(cutting.each());
  cutting.feed("\nhalf").cutter.take_rest(cutting.each());
  cutting.feed("other half\n");
  EXPECT_THAT(cutting.lines, ElementsAre(Kept{0, "half", 4}, Kept{5, "half", 4}, Kept{9, "other half", 10}));
}

TEST(LineCutter, FillerOfNulsIsPassedOver) {
  Cutting cutting;
  cutting.feed(std::string(5000, '\0') + "one\n" + std::string(3, '\0'));
  cutting.feed(std::string(3, '\0') + "two\n");
  EXPECT_THAT(cutting.lines, ElementsAre(Kept{5000, "one", 3}, Kept{5010, "two", 3}));
}

TEST(LineCutter, ALongLineIsKeptUpToTheLimitAndCountedToItsEnd) {
  Cutting cutting(LineUnits::Bytes, 4);
  cutting.feed("123456\n1234\n12").feed("345").feed("6\nx\n");
  EXPECT_THAT(cutting.lines,
              ElementsAre(Kept{0, "1234", 6}, Kept{7, "1234", 4}, Kept{12, "1234", 6}, Kept{19, "x", 1}));
}

TEST(LineCutter, Utf16BecomesUtf8WithOffsetsOfTheFile) {
  Cutting cutting(LineUnits::Utf16Le);
  const std::string bytes = utf16le("日本\r\nab😀\n\nc");
  for (const char byte : bytes) {
    // As a file is read: from offset() on, whatever was not taken comes again.
    const std::size_t at = cutting.cutter.offset();
    cutting.feed(std::string_view(bytes).substr(at, 2));
    (void)byte;
  }
  cutting.cutter.take_rest(cutting.each());
  EXPECT_THAT(cutting.lines, ElementsAre(Kept{0, "日本", 4}, Kept{8, "ab😀", 8}, Kept{20, "c", 2}));
}

TEST(LineCutter, Utf16ThatCannotBeConvertedBackStaysAsItIs) {
  Cutting cutting(LineUnits::Utf16Le);
  const std::string lone = "a\0\0\xD8"s;
  cutting.feed(lone + "\n\0"s);
  EXPECT_THAT(cutting.lines, ElementsAre(Kept{0, lone, 4}));
}

TEST(LineCutter, AnUnfinishedLineIsForgottenAtARestart) {
  Cutting cutting;
  cutting.feed("half");
  cutting.cutter.restart(0);
  cutting.feed("half a line\n");
  EXPECT_THAT(cutting.lines, ElementsAre(Kept{0, "half a line", 11}));
  cutting.lines.clear();
  cutting.cutter.restart(4);
  EXPECT_THAT(cutting.lines, IsEmpty());
}

}  // namespace
}  // namespace yorozu::ingest
