#include "sigma/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yorozu::sigma {
namespace {

using ::testing::ElementsAre;
using namespace std::string_literals;

TEST(SigmaBase64, GivesTheVectorsOfRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE\xFD"), "//79");
}

TEST(SigmaBase64Offset, KeepsOnlyCharactersThatNoNeighbourChanges) {
  EXPECT_THAT(base64_shifts("foobar"), ElementsAre("Zm9vYmFy", "Zvb2Jhc", "mb29iYX"));
}

TEST(SigmaBase64Offset, IsFoundInEncodedTextAtEveryOffsetAndWithEveryNeighbour) {
  for (const std::string& word : {"/bin/bash"s, "http://"s, "日本語"s, "ab"s, "IEX(New-Object"s}) {
    const auto shifts = base64_shifts(word);
    for (std::size_t before = 0; before < 9; ++before) {
      for (const char neighbour : {'\0', 'x', '\xFF'}) {
        const std::string encoded = base64(std::string(before, neighbour) + word + std::string(4, neighbour));
        EXPECT_NE(encoded.find(shifts[before % 3]), std::string::npos) << word << " behind " << before;
      }
    }
  }
}

TEST(SigmaBase64Offset, CountsBytesNotCharacters) {
  const auto shifts = base64_shifts("é");  // two bytes
  EXPECT_EQ(shifts[0], "w6");
}

TEST(SigmaUtf16, LittleAndBigEndianAndWithItsMark) {
  EXPECT_EQ(utf16be_from_utf8("a語"), "\0a\x8A\x9E"s);
  EXPECT_EQ(utf16_with_mark("a"), "\xFF\xFE"s + "a\0"s);
}

}  // namespace
}  // namespace yorozu::sigma
