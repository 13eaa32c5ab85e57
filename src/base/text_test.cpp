#include "base/text.h"

#include <gtest/gtest.h>
#include <unicode/uchar.h>

#include <random>
#include <vector>

namespace yorozu {
namespace {

std::string utf16le(std::u16string_view units) {
  return {reinterpret_cast<const char*>(units.data()), units.size() * sizeof(char16_t)};
}
std::string to_utf8(std::u16string_view units) {
  return utf8_from_utf16le(as_bytes(utf16le(units)));
}
std::string to_folded(std::u16string_view units) {
  Buffer out;
  append_utf8_folded(as_bytes(utf16le(units)), out);
  return std::string(out.view());
}
std::string code_point(char32_t c) {
  std::string out;
  append_code_point(c, out);
  return out;
}

/// Words of ASCII, Japanese, Greek, emoji, lone surrogates and whatever else, in runs of varying length.
std::u16string random_units(std::mt19937_64& random) {
  std::u16string units;
  const std::size_t wanted = random() % 120;
  while (units.size() < wanted) {
    const std::size_t run = 1 + random() % 24;
    const auto kind = random() % 8;
    for (std::size_t i = 0; i < run; ++i) {
      const auto r = static_cast<char16_t>(random());
      switch (kind) {
        case 0:
          units.push_back(r);
          break;
        case 1:
          units.push_back(static_cast<char16_t>(0x3041 + r % 86));
          break;
        case 2:
          units.push_back(static_cast<char16_t>(0x0391 + r % 60));
          break;
        case 3:
          units.append({static_cast<char16_t>(0xD800 + r % 0x400), static_cast<char16_t>(0xDC00 + (r >> 3) % 0x400)});
          break;
        case 4:
          units.push_back(static_cast<char16_t>(0xD800 + r % 0x800));
          break;
        default:
          units.push_back(static_cast<char16_t>(r % 0x80));
          break;
      }
    }
  }
  return units;
}

TEST(Utf16, BecomesUtf8OfOneToFourBytes) {
  EXPECT_EQ(to_utf8(u""), "");
  EXPECT_EQ(to_utf8(u"C:\\Windows\\System32\\cmd.exe"), "C:\\Windows\\System32\\cmd.exe");
  EXPECT_EQ(to_utf8(u"é日本語😀"), "é日本語😀");
}

TEST(Utf16, LoneSurrogatesBecomeReplacementCharacters) {
  EXPECT_EQ(to_utf8(std::u16string{0xD83D}), "\uFFFD");
  EXPECT_EQ(to_utf8(std::u16string{0xDE00, u'a'}), "\uFFFDa");
  EXPECT_EQ(to_utf8(std::u16string{0xD83D, u'a'}), "\uFFFDa");
  EXPECT_EQ(to_utf8(std::u16string{0xD83D, 0xD83D, 0xDE00}), "\uFFFD😀");
}

TEST(Utf16, OddLastByteIsDropped) {
  std::string bytes = utf16le(u"abc");
  bytes.push_back('d');
  EXPECT_EQ(utf8_from_utf16le(as_bytes(bytes)), "abc");
  EXPECT_EQ(utf8_from_utf16le(as_bytes("x")), "");
}

TEST(Utf16, EveryLengthAndEveryPlaceOfTheFirstOtherCharacterIsRight) {
  for (std::size_t length = 0; length < 70; ++length) {
    std::u16string units(length, u'A');
    for (std::size_t i = 0; i < length; ++i) units[i] = static_cast<char16_t>(u'A' + i % 58);
    for (std::size_t odd = 0; odd <= length; ++odd) {
      std::u16string copy = units;
      std::string expected(units.begin(), units.end());
      if (odd < length) {
        copy[odd] = u'Ж';
        expected.replace(odd, 1, "Ж");
      }
      ASSERT_EQ(to_utf8(copy), expected);
      ASSERT_EQ(to_folded(copy), fold(expected));
    }
  }
}

TEST(Utf16, FoldingInOnePassEqualsFoldingTheText) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20000; ++i) {
    const std::u16string units = random_units(random);
    const std::string text = to_utf8(units);
    ASSERT_TRUE(is_valid_utf8(text));
    ASSERT_EQ(to_folded(units), fold(text));
  }
}

TEST(Utf16, RoundTripKeepsEveryScalarValue) {
  for (char32_t c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 7) {
    if (c >= 0xD800 && c < 0xE000) continue;
    const std::string text = code_point(c);
    ASSERT_EQ(utf8_from_utf16le(as_bytes(utf16le_from_utf8(text))), text) << static_cast<unsigned>(c);
    std::size_t at = 0;
    ASSERT_EQ(next_code_point(text, at), c);
    ASSERT_EQ(at, text.size());
  }
}

TEST(Folding, IsTheSimpleOneOfUnicodeForEveryCodePoint) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    const auto expected = static_cast<char32_t>(u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT));
    ASSERT_EQ(fold_code_point(c), expected) << static_cast<unsigned>(c);
    if (c >= 0xD800 && c < 0xE000) continue;
    ASSERT_EQ(fold(code_point(c)), code_point(expected)) << static_cast<unsigned>(c);
  }
}

TEST(Folding, ChangesLengthWhereUnicodeDoes) {
  EXPECT_EQ(fold("PowerShell.EXE"), "powershell.exe");
  EXPECT_EQ(fold("ＡＢＣ"), "ａｂｃ");
  EXPECT_EQ(fold("\u212A"), "k");       // Kelvin: three bytes to one
  EXPECT_EQ(fold("\u023A"), "\u2C65");  // two bytes to three
  EXPECT_EQ(fold("ΣΊΣΥΦΟΣ"), fold("σίσυφος"));
  EXPECT_EQ(fold("Straße"), "straße");  // simple folding: no second s
  EXPECT_EQ(fold("İ"), "İ");            // no Turkish rule
  EXPECT_EQ(fold("\U00010400"), "\U00010428");
}

TEST(Folding, BrokenBytesStayAsTheyAre) {
  EXPECT_EQ(fold("A\xFF\xC3"
                 "B"),
            "a\xFF\xC3"
            "b");
  EXPECT_EQ(fold("ABCDEFGHIJKLMNOPQRSTUVWX\xE3\x81"), "abcdefghijklmnopqrstuvwx\xE3\x81");
}

TEST(Folding, ManyLongestGrowthsFit) {
  std::string text, expected;
  for (int i = 0; i < 1000; ++i) {
    text += "\u023A";
    expected += "\u2C65";
    ASSERT_EQ(fold(text), expected);
  }
  Buffer out;
  append_folded(text, out);
  append_folded(text, out);
  EXPECT_EQ(out.view(), expected + expected);
}

TEST(Utf8, InvalidSequencesAreRefusedAndRepairedByteByByte) {
  const struct {
    std::string_view text, repaired;
  } cases[] = {
      {"\x80", "\uFFFD"},
      {"\xC0\xAF", "\uFFFD\uFFFD"},                      // overlong '/'
      {"\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},            // overlong
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},            // a surrogate
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // above U+10FFFF
      {"\xF5\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"a\xE3\x81", "a\uFFFD\uFFFD"},  // cut
      {"\xE3\x81\x82\xE3", "あ\uFFFD"},
      {"0123456789abcdef0123456789abcdef\xFF!", "0123456789abcdef0123456789abcdef\uFFFD!"},
  };
  for (const auto& c : cases) {
    EXPECT_FALSE(is_valid_utf8(c.text));
    EXPECT_EQ(repair_utf8(c.text), c.repaired);
  }
  for (const char* fine :
       {"", "a", "日本語", "😀", "\xEF\xBF\xBD", "plain text that is longer than one block of a vector 日"}) {
    EXPECT_TRUE(is_valid_utf8(fine));
    EXPECT_EQ(repair_utf8(fine), fine);
  }
}

TEST(Utf8, RandomBytesAreRepairedToValidText) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 3 == 0 ? random() % 0x80 : 0x80 + random() % 0x80);
    const std::string repaired = repair_utf8(bytes);
    ASSERT_TRUE(is_valid_utf8(repaired));
    ASSERT_EQ(is_valid_utf8(bytes), repaired == bytes);
  }
}

TEST(Utf8, SurrogatesAndTooLargeNumbersAreWrittenAsReplacement) {
  EXPECT_EQ(code_point(0xD800), "\uFFFD");
  EXPECT_EQ(code_point(0x110000), "\uFFFD");
}

TEST(NormalForm, WidthCaseAndCompositionDoNotMatter) {
  EXPECT_EQ(normal_form("PowerShell"), "powershell");
  EXPECT_EQ(normal_form("ＰｏｗｅｒＳｈｅｌｌ"), "powershell");
  EXPECT_EQ(normal_form("ﾊﾟｽﾜｰﾄﾞ"), "パスワード");
  EXPECT_EQ(normal_form("か\u3099"), "が");
  EXPECT_EQ(normal_form("①"), "1");
  EXPECT_EQ(normal_form("㈱"), "(株)");
}

TEST(NormalForm, IsItsOwnNormalForm) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 3000; ++i) {
    const std::string once = normal_form(to_utf8(random_units(random)));
    ASSERT_EQ(normal_form(once), once);
  }
  const std::string composed_late = normal_form("H\u0331");
  EXPECT_EQ(composed_late, "\u1E96");
}

TEST(NormalForm, LongExpansionsFit) {
  const std::string ligature = "\uFDFA";  // eighteen characters in NFKC
  std::string text;
  for (int i = 0; i < 500; ++i) text += ligature;
  const std::string one = normal_form(ligature);
  EXPECT_EQ(normal_form(text).size(), one.size() * 500);
}

}  // namespace
}  // namespace yorozu
