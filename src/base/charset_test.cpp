#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "base/text.h"

namespace yorozu {
namespace {

constexpr std::string_view kShiftJis =
    "\x83\x8D\x83\x4F\x83\x43\x83\x93\x82\xC9\x8E\xB8\x94\x73\x82\xB5\x82\xDC\x82\xB5\x82\xBD\r\n";
constexpr std::string_view kEucJp =
    "\xA5\xED\xA5\xB0\xA5\xA4\xA5\xF3\xA4\xCB\xBC\xBA\xC7\xD4\xA4\xB7\xA4\xDE\xA4\xB7\xA4\xBF\r\n";
constexpr std::string_view kIso2022Jp = "\x1B$B%m%0%$%s$K<:GT$7$^$7$?\x1B(B\r\n";
constexpr std::string_view kText = "ログインに失敗しました\r\n";

std::string swapped(std::string bytes) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  return bytes;
}

void expect_reading(std::string_view bytes, Charset charset, std::string_view text) {
  EXPECT_EQ(to_string(detect_charset(as_bytes(bytes))), to_string(charset)) << text;
  EXPECT_EQ(decode_text(as_bytes(bytes), charset), text);
}

TEST(Charset, JapaneseTextIsRecognisedInEachOfItsCharsets) {
  expect_reading(kText, Charset::Utf8, kText);
  expect_reading(kShiftJis, Charset::ShiftJis, kText);
  expect_reading(kEucJp, Charset::EucJp, kText);
  expect_reading(kIso2022Jp, Charset::Iso2022Jp, kText);
  expect_reading(utf16le_from_utf8(kText), Charset::Utf16Le, kText);
  expect_reading(swapped(utf16le_from_utf8(kText)), Charset::Utf16Be, kText);
}

TEST(Charset, AByteOrderMarkDecidesAndIsNotText) {
  expect_reading("\xEF\xBB\xBFlog", Charset::Utf8, "log");
  expect_reading("\xFF\xFE" + utf16le_from_utf8("日本"), Charset::Utf16Le, "日本");
  expect_reading("\xFE\xFF" + swapped(utf16le_from_utf8("日本")), Charset::Utf16Be, "日本");
}

TEST(Charset, HalfWidthKatakanaInALogLineIsShiftJis) {
  expect_reading("2026-11-24 \xCA\xDF\xBD\xDC\xB0\xC4\xDE \x83\x47\x83\x89\x81\x5B", Charset::ShiftJis,
                 "2026-11-24 ﾊﾟｽﾜｰﾄﾞ エラー");
}

TEST(Charset, WesternTextIsWindows1252) {
  expect_reading("caf\xE9 cr\xE8me, na\xEFve \x93quoted\x94", Charset::Windows1252, "café crème, naïve “quoted”");
  expect_reading("Anmeldung f\xFCr M\xFCller fehlgeschlagen", Charset::Windows1252,
                 "Anmeldung für Müller fehlgeschlagen");
}

TEST(Charset, PlainAsciiAndNothingAreUtf8) {
  expect_reading("", Charset::Utf8, "");
  expect_reading("Nov 24 01:02:03 host sshd[1]: Failed password\n", Charset::Utf8,
                 "Nov 24 01:02:03 host sshd[1]: Failed password\n");
  expect_reading("colour \x1B[31mred\x1B[0m, as terminals log it\n", Charset::Utf8,
                 "colour \x1B[31mred\x1B[0m, as terminals log it\n");
}

TEST(Charset, ASampleMayEndInsideACharacter) {
  const std::string utf8(kText.substr(0, 20));  // six characters and two bytes
  EXPECT_EQ(detect_charset(as_bytes(utf8)), Charset::Utf8);
  EXPECT_EQ(detect_charset(as_bytes(kShiftJis.substr(0, 13))), Charset::ShiftJis);
  EXPECT_EQ(detect_charset(as_bytes(kEucJp.substr(0, 13))), Charset::EucJp);
}

TEST(Charset, BytesOfProgramsAreBinary) {
  std::mt19937_64 random(7);
  std::string noise(4096, '\0');
  for (char& byte : noise) byte = static_cast<char>(random());
  EXPECT_EQ(detect_charset(as_bytes(noise)), Charset::Binary);
  EXPECT_EQ(detect_charset(as_bytes(std::string(4096, '\0'))), Charset::Binary);
  EXPECT_EQ(detect_charset(as_bytes(std::string("\x7F"
                                                "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3E\0\x01\0\0\0",
                                                24))),
            Charset::Binary);
}

TEST(Charset, WhatCannotBeReadBecomesReplacementCharacters) {
  EXPECT_EQ(decode_text(as_bytes("ok\xFF"), Charset::Utf8), "ok\uFFFD");
  EXPECT_EQ(decode_text(as_bytes("\x82"), Charset::ShiftJis), "\uFFFD");
  EXPECT_EQ(decode_text(as_bytes("a\xF5z"), Charset::EucJp), "a\uFFFDz");
}

TEST(Charset, LongTextsAreReadWhole) {
  std::string bytes, expected;
  for (int i = 0; i < 5000; ++i) {
    bytes += kShiftJis;
    expected += kText;
  }
  EXPECT_EQ(decode_text(as_bytes(bytes), Charset::ShiftJis), expected);
}

TEST(Charset, CodePagesOfWindowsAreKnownByNumber) {
  EXPECT_EQ(decode_code_page(as_bytes("\x93\xFA\x96\x7B"), 932), "日本");
  EXPECT_EQ(decode_code_page(as_bytes("\xC6\xFC\xCB\xDC"), 51932), "日本");
  EXPECT_EQ(decode_code_page(as_bytes("\xCF\xF0\xE8\xE2\xE5\xF2"), 1251), "Привет");
  EXPECT_EQ(decode_code_page(as_bytes("\x81"), 437), "ü");
  EXPECT_EQ(decode_code_page(as_bytes("日本"), 65001), "日本");
  EXPECT_EQ(decode_code_page(as_bytes("\x80"), 1252), "€");
  EXPECT_EQ(decode_code_page(as_bytes("\x80"), 99999), "€");
  EXPECT_EQ(decode_code_page(as_bytes("\x80"), -1), "€");
}

TEST(Charset, BackslashOfShiftJisPathsStaysABackslash) {
  EXPECT_EQ(decode_code_page(as_bytes("C:\\\x83\x86\x81\x5B\x83\x55\x81\x5B\\~a"), 932), "C:\\ユーザー\\~a");
}

TEST(Charset, WaveDashIsTheOneThatWindowsWrites) {
  EXPECT_EQ(decode_code_page(as_bytes("\x81\x60\x81\x7C"), 932), "～－");
}

TEST(Charset, ThreadsDecodeAtOnce) {
  std::vector<std::jthread> threads;
  std::vector<int> right(4);
  for (std::size_t t = 0; t < right.size(); ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) right[t] += decode_text(as_bytes(kShiftJis), Charset::ShiftJis) == kText ? 1 : 0;
    });
  threads.clear();
  EXPECT_EQ(right, std::vector<int>(4, 200));
}

}  // namespace
}  // namespace yorozu
