#include "detect/keyword_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "detect/event_texts.h"

namespace yorozu::detect {
namespace {

const std::vector<std::string> kLiterals = {"lsadump::",      "kerberos::ptt", "mimilib.dll", "sekurlsa",
                                            "gentilkiwi.com", "\\perfc.dat",   "vault::cred", "event::drop"};

std::shared_ptr<const KeywordFilter> filter_of(const std::vector<std::string>& literals) {
  return KeywordFilter::make(literals);
}

bool may_contain(const KeywordFilter& filter, const std::string& bytes) {
  // In memory of exactly that size, so that reading beyond it is noticed.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  return filter.may_contain(exact);
}

TEST(KeywordFilter, SeesALiteralAtEveryPlaceInEveryCase) {
  const auto filter = filter_of(kLiterals);
  if (!filter) GTEST_SKIP() << "built for processors without AVX2";
  for (const std::string& literal : kLiterals)
    for (std::size_t before = 0; before < 70; ++before)
      for (const std::size_t after : {std::size_t{0}, std::size_t{1}, std::size_t{33}}) {
        std::string spelled = literal;
        for (std::size_t i = before % 2; i < spelled.size(); i += 2)
          if (spelled[i] >= 'a' && spelled[i] <= 'z') spelled[i] = static_cast<char>(spelled[i] - 32);
        const std::string hidden = std::string(before, 'x') + utf16le_from_utf8(spelled) + std::string(after, '\x07');
        ASSERT_TRUE(may_contain(*filter, hidden)) << literal << " at " << before;
      }
}

TEST(KeywordFilter, SeesLettersThatFoldToAscii) {
  const auto filter = filter_of(kLiterals);
  if (!filter) GTEST_SKIP() << "built for processors without AVX2";
  EXPECT_TRUE(may_contain(*filter, utf16le_from_utf8("ſeKurlſa")));
  EXPECT_TRUE(may_contain(*filter, utf16le_from_utf8("\u212Aerberos::PTT")));
}

TEST(KeywordFilter, IsQuietWithoutThem) {
  const auto filter = filter_of(kLiterals);
  if (!filter) GTEST_SKIP() << "built for processors without AVX2";
  EXPECT_FALSE(may_contain(*filter, ""));
  EXPECT_FALSE(may_contain(*filter, "l"));
  EXPECT_FALSE(may_contain(*filter, utf16le_from_utf8("lsadump:")));
  EXPECT_FALSE(may_contain(*filter, "lsadump::"));  // not UTF-16
  EXPECT_FALSE(may_contain(*filter, utf16le_from_utf8("C:\\Windows\\System32\\svchost.exe -k netsvcs ::1 perfc.dat")));
}

/// What the folded text has, the filter must not deny.
TEST(KeywordFilter, NeverDeniesWhatFoldedTextHas) {
  const auto filter = filter_of(kLiterals);
  if (!filter) GTEST_SKIP() << "built for processors without AVX2";
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"lsadump", "::",   "LSADUMP::", "ker", "\u212A", "ſ",  "kiwi.com", "gentil",
                                           "perfc",   ".dat", "\\",        "a",   "😀",     "日", "mimilib",  ".DLL"};
  std::size_t hits = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto i = random() % 12; i > 0; --i) text += pieces[random() % pieces.size()];
    const std::string folded = fold(text);
    const bool has =
        std::ranges::any_of(kLiterals, [&](const std::string& literal) { return folded.find(literal) != folded.npos; });
    hits += has ? 1 : 0;
    if (has) {
      ASSERT_TRUE(may_contain(*filter, utf16le_from_utf8(text))) << text;
    }
  }
  EXPECT_GT(hits, 100U);
}

TEST(KeywordFilter, IsNotMadeForLiteralsItCouldMiss) {
  EXPECT_EQ(filter_of({"ab"}), nullptr);
  EXPECT_EQ(filter_of({"ksskks"}), nullptr);
  EXPECT_EQ(filter_of({"日本語です"}), nullptr);
}

TEST(KeywordFilter, LeavesSentinelsOutOfAccount) {
  const auto filter =
      filter_of({std::string("mimidrv.sys") + EventTexts::kEnd, EventTexts::kBegin + std::string("dpapi::")});
  if (!filter) GTEST_SKIP() << "built for processors without AVX2";
  EXPECT_TRUE(may_contain(*filter, utf16le_from_utf8("c:\\mimidrv.sys")));
  EXPECT_TRUE(may_contain(*filter, utf16le_from_utf8("dpapi::x")));
}

}  // namespace
}  // namespace yorozu::detect
