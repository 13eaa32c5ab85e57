#include "base/display_width.h"

#include <gtest/gtest.h>

namespace yorozu {
namespace {

TEST(DisplayWidth, JapaneseTakesTwoColumnsAndCombiningMarksNone) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("検知"), 4U);
  EXPECT_EQ(display_width("ｶﾅ"), 2U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
}

TEST(DisplayWidth, CutNeverSplitsACharacterAndFits) {
  EXPECT_EQ(cut_to_width("検知結果", 8), "検知結果");
  EXPECT_EQ(cut_to_width("検知結果", 7), "検知結…");
  EXPECT_EQ(cut_to_width("検知結果", 6), "検知…");
  EXPECT_EQ(cut_to_width("abc", 0), "");
}

TEST(DisplayWidth, PaddingCountsColumnsNotBytes) {
  EXPECT_EQ(padded("検知", 6), "検知  ");
}

}  // namespace
}  // namespace yorozu
