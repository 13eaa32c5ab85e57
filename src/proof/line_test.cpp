#include "proof/line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/file.h"
#include "base/text.h"
#include "proof/base64.h"

namespace yorozu::proof {
namespace {

using testing::HasSubstr;

const Timestamp kReceived = *parse_time("2026-11-23T09:15:02.123456Z");

std::string tail_of(const LineParts& parts) {
  Buffer out;
  append_line_tail(parts, out);
  return std::string(out.view());
}
std::string line_of(std::uint64_t seq, const LineParts& parts) {
  Buffer out;
  append_line(seq, tail_of(parts), out);
  return std::string(out.view());
}
std::string line_of_raw(std::string_view raw) {
  return line_of(7, {.received = kReceived, .input = "file", .peer = {}, .via_json = {}, .raw = raw, .cut = {}});
}

TEST(LineFormat, ExamplesOfTheDocumentAreWrittenAndReadBack) {
  const auto document = read_file(YOROZU_SOURCE_DIR "/docs/formats/line.md");
  ASSERT_TRUE(document);
  const std::string syslog = line_of(
      52341, {.received = kReceived,
              .input = "syslog.udp",
              .peer = "192.0.2.10",
              .via_json = {},
              .raw = "<38>Nov 23 18:15:02 gate sshd[811]: Failed password for root from 203.0.113.7 port 40022 ssh2",
              .cut = {}});
  std::string via;
  append_via({{"path", "/var/log/nas\\share.log"}, {"file", "8:2305:6d1c"}, {"offset", "81920"}}, via);
  const std::string file = line_of(52342, {.received = kReceived,
                                           .input = "file.nas",
                                           .peer = {},
                                           .via_json = via,
                                           .raw = "見積書.xlsx\t\"deleted\"\x1b[0m",
                                           .cut = {}});
  const std::string sjis = line_of(52343, {.received = kReceived,
                                           .input = "syslog.tcp",
                                           .peer = "2001:db8::5",
                                           .via_json = {},
                                           .raw = "<14>\x83\x8d\x83O\x83I\x83\x93",
                                           .cut = 2000000});
  for (const std::string& line : {syslog, file, sjis}) {
    EXPECT_THAT(*document, HasSubstr("\n" + line + "\n"));
    const auto parsed = parse_line(line);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->received, kReceived);
  }
  const auto parsed = parse_line(file);
  EXPECT_EQ(parsed->raw, "見積書.xlsx\t\"deleted\"\x1b[0m");
  EXPECT_EQ(parsed->via.at(0).second, "/var/log/nas\\share.log");
}

TEST(LineFormat, EveryByteValueAloneComesBack) {
  for (int c = 0; c < 256; ++c) {
    for (const std::string& raw :
         {std::string(1, static_cast<char>(c)), "1234567" + std::string(1, static_cast<char>(c)) + "abcdefgh"}) {
      const std::string line = line_of_raw(raw);
      const auto parsed = parse_line(line);
      ASSERT_TRUE(parsed) << line << parsed.error().message;
      EXPECT_EQ(parsed->raw, raw);
      EXPECT_EQ(line.contains("raw_b64"), c >= 0x80);
    }
  }
}

TEST(LineFormat, RandomBytesAndRandomTextComeBack) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string raw(random() % 60, '\0');
    for (char& c : raw) c = static_cast<char>(random() % (round % 2 == 0 ? 256 : 128));
    if (round % 3 == 0) raw += "テスト😀";
    const auto parsed = parse_line(line_of_raw(raw));
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->raw, raw);
  }
}

TEST(LineFormat, BytesAreBase64OnlyWhenTheyAreNotUtf8) {
  EXPECT_THAT(line_of_raw("\xC0\xAF"), HasSubstr(R"("raw_b64":"wK8=")"));      // overlong
  EXPECT_THAT(line_of_raw("\xED\xA0\x80"), HasSubstr(R"("raw_b64":"7aCA")"));  // surrogate
  EXPECT_THAT(line_of_raw("\xF4\x90\x80\x80"), HasSubstr(R"("raw_b64":"9JCAgA==")"));
  EXPECT_THAT(line_of_raw("\xEF\xBF\xBE\x7F"),
              HasSubstr("\"raw\":\"\xEF\xBF\xBE\x7F\""));  // U+FFFE and DEL as they are
}

TEST(LineFormat, LongFrameIsCutAtACharacterAndSaysHowLongItWas) {
  std::string raw(kMaxRawBytes - 1, 'a');
  raw += "語の続き";
  const auto parsed = parse_line(line_of_raw(raw));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->raw, std::string(kMaxRawBytes - 1, 'a'));
  EXPECT_EQ(parsed->cut, raw.size());

  const std::string binary(kMaxRawBytes + 5, '\xBF');
  const auto cut = parse_line(line_of_raw(binary));
  ASSERT_TRUE(cut) << cut.error().message;
  EXPECT_EQ(cut->raw.size(), kMaxRawBytes);
  const auto whole = parse_line(line_of_raw(std::string(kMaxRawBytes, 'x')));
  ASSERT_TRUE(whole);
  EXPECT_FALSE(whole->cut);
}

TEST(LineFormat, EveryOtherSpellingIsCorrupt) {
  const std::string good =
      R"({"seq":7,"received":"2026-11-23T09:15:02.123456Z","input":"file","peer":"a","via":{"k":"v"},"cut":9,"raw":"x\n\u001f"})";
  ASSERT_TRUE(parse_line(good)) << parse_line(good).error().message;
  const auto with = [&good](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const std::string& bad : {
           good + " ",
           good + "\n",
           " " + good,
           good.substr(0, good.size() - 1),
           std::string(),
           with(":7", ":07"),
           with(":7", ":0"),
           with(":7", ":-7"),
           with(":7", ": 7"),
           with(":7", ":18446744073709551616"),
           with("Z\"", "+00:00\""),
           with(".123456Z", ".12345Z"),
           with("11-23T", "1123T"),
           with("11-23", "11-31"),
           with("2026", "+026"),
           with("\"file\"", "\"\""),
           with("\"a\"", "\"\""),
           with(R"({"k":"v"})", "{}"),
           with(R"({"k":"v"})", R"({"k":"v","k":"w"})"),
           with(R"({"k":"v"})", R"({"k":1})"),
           with(",\"cut\":9", ",\"cut\":3"),
           with("\\n", "\\u000a"),
           with("\\u001f", "\\u001F"),
           with("\\u001f", "\x1f"),
           with("x\\n", "\\u0078\\n"),
           with("x\\n", "\\/"),
           with("x\\n", "\\ud83d\\ude00"),
           with("x\\n", "\xFF"),
           with("x\\n", "\xC3"),
           with(R"("raw":"x\n\u001f")", R"("raw_b64":"eA==")"),
           with(R"("raw":"x\n\u001f")", R"("raw_b64":"wK8")"),
           with(R"("raw":"x\n\u001f")", R"("raw_b64":"wK9=")"),
           with(R"("raw":"x\n\u001f")", R"("raw":"x","raw_b64":"wK8=")"),
           with(R"("raw":"x\n\u001f")", R"("rax":"x")"),
       }) {
    const auto parsed = parse_line(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, ErrorCode::Corrupt);
  }
}

TEST(LineFormat, TheErrorNamesTheByte) {
  const auto parsed = parse_line(R"({"seq":7,"received":"2026-11-23T09:15:02.123456Z","input":"file","raw":"a\qb"})");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, HasSubstr("at byte 73"));
}

TEST(LineFormat, TheStartCanBeReadAlone) {
  const auto start = parse_line_start(line_of_raw("\x80"));
  ASSERT_TRUE(start);
  EXPECT_EQ(start->seq, 7U);
  EXPECT_EQ(start->received, kReceived);
  EXPECT_FALSE(parse_line_start("{}"));
}

TEST(LineFormat, ViaTakesAnyBytes) {
  std::string via;
  append_via({{"path", "a\xFF\"b"}}, via);
  EXPECT_EQ(via, "{\"path\":\"a\xEF\xBF\xBD\\\"b\"}");
  const auto parsed = parse_line(
      line_of(1, {.received = kReceived, .input = "file", .peer = "CN=\xFFx", .via_json = via, .raw = "r", .cut = {}}));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->peer, "CN=\xEF\xBF\xBDx");
}

TEST(Base64, VectorsOfTheStandard) {  // RFC 4648 section 10
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    Buffer out;
    append_base64(plain, out);
    EXPECT_EQ(out.view(), coded);
    EXPECT_EQ(decode_base64(coded), plain);
  }
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Z===", "====", "Zm9=Zm9v", "Zm 9", "Zm9v\n"})
    EXPECT_FALSE(decode_base64(bad)) << bad;
}

}  // namespace
}  // namespace yorozu::proof
