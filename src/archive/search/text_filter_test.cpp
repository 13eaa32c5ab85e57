#include "archive/search/text_filter.h"

#include <gtest/gtest.h>

#include <fstream>

#include "archive/events/line_decoder.h"
#include "archive/search/test_archive.h"
#include "base/test_data.h"
#include "base/text.h"
#include "query/query.h"

namespace yorozu::archive::search {
namespace {

std::optional<TextFilter> filter_of(std::string_view query) {
  static event::Schema schema;
  const auto parsed = query::parse_query(query);
  EXPECT_TRUE(parsed) << query;
  return TextFilter::make(parsed->where, schema);
}
std::string literals(std::string_view query) {
  const auto filter = filter_of(query);
  if (!filter) return "-";
  std::string out;
  for (const std::string& literal : filter->literals()) out += (out.empty() ? "" : "|") + literal;
  return out;
}

TEST(TextFilter, RequiresTheLongestPieceThatMustStandInTheLine) {
  EXPECT_EQ(literals("Accepted"), "accepted");
  EXPECT_EQ(literals("\"for invalid user\""), "invalid");
  EXPECT_EQ(literals("C:\\Windows\\System32"), "system32");
  EXPECT_EQ(literals("*mimi?katz*"), "mimi");
  EXPECT_EQ(literals("ログオンに失敗"), "ログオンに失敗");
  EXPECT_EQ(literals("password hanako"), "password");
  EXPECT_EQ(literals("password OR hanako"), "password|hanako");
  EXPECT_EQ(literals("password NOT hanako"), "password");
  EXPECT_EQ(literals("user.name:hanako"), "hanako");
  EXPECT_EQ(literals("source.ip:203.0.113.9"), "203.0.113.9");
}

TEST(TextFilter, RequiresAPatternsWitnessWhereThePatternWritesTheWord) {
  const std::string found = literals("\"authentication failed\"");
  EXPECT_TRUE(found.starts_with("authentication|")) << found;
}

TEST(TextFilter, RequiresNothingWhereALineCouldMatchWithoutIt) {
  EXPECT_EQ(literals(""), "-");
  EXPECT_EQ(literals("NOT failed"), "-");
  EXPECT_EQ(literals("failed OR NOT hanako"), "-");
  EXPECT_EQ(literals("failed OR seq:5"), "-");
  EXPECT_EQ(literals("warning"), "-");  // what a severity is called stands in no frame
  EXPECT_EQ(literals("input:file"), "-");
  EXPECT_EQ(literals("source.ip:10.0.0.0/8"), "-");
  EXPECT_EQ(literals("x"), "-");
  EXPECT_EQ(literals("ü"), "-");
}

TEST(TextFilter, PlainCharactersAreThoseThatNormalFormLeavesAlone) {
  std::string before = "a", after = "b";
  std::size_t plain = 0;
  for (char32_t c = 0x80; c < 0x11000; ++c) {
    if (!detail::is_plain(c)) continue;
    ++plain;
    std::string text;
    append_code_point(c, text);
    ASSERT_EQ(normal_form(before + text + after), before + text + after) << static_cast<unsigned>(c);
    ASSERT_EQ(normal_form(text + text), text + text) << static_cast<unsigned>(c);
  }
  EXPECT_GT(plain, 20'000U);
}

TEST(TextFilter, FindsALiteralAtEveryPlaceWhateverItsCase) {
  for (std::size_t before = 0; before < 40; ++before)
    for (const std::string_view literal : {"x1", "needle", "a-b.c@d", "失敗", "a234567890123456789z"}) {
      std::string upper(literal);
      for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
      const std::string text = std::string(before, '.') + upper + "n" + std::string(literal);
      std::vector<std::size_t> places;
      detail::find_literal(text, literal, places);
      ASSERT_EQ(places, (std::vector<std::size_t>{before, before + literal.size() + 1})) << text;
    }
}

TEST(TextFilter, TellsLinesThatAreNotPlain) {
  const auto not_plain = [](std::string_view line) {
    std::vector<std::size_t> places;
    const std::string padded = std::string(20, 'a') + std::string(line) + "\nplain line behind it, long enough\n";
    detail::find_not_plain(padded, places);
    EXPECT_LE(places.size(), 1U) << line;
    return places.size() == 1;
  };
  for (const char* line : {R"("raw_b64":"AAAA")", R"(\\u0041)", R"(\\uFF21)", R"(\u001b$B)", "&#x41;", "<!-- c -->",
                           "<![CDATA[a]]>", "msg=audit(1:2)", R"("raw":"#Fields: a")", "ＡＢＣ", "ﾌﾟ", "é", "e\xCC\x81",
                           "か\xE3\x82\x99", "\xE2\x84\xAA", "\xC4\xB0", "㎏", "\xE3\x80\x80", "\xEF\xBB\xBF"})
    EXPECT_TRUE(not_plain(line)) << line;
  for (const char* line : {"plain", "ログオンに失敗しました。", R"(C:\\Users)", R"(a\u0000b\u0009)", "a & b; #1",
                           "<Data>", "(audit) t(", "w_", R"("#)", "「監査」、ーヽ々〆"})
    EXPECT_FALSE(not_plain(line)) << line;
}

TEST(TextFilter, GivesEachCandidateOnceAndInOrder) {
  auto filter = filter_of("needle");
  ASSERT_TRUE(filter);
  std::vector<std::string_view> lines;
  filter->find_candidates("needle needle\nno\naudit(1\nNEEDLE\n\nlast needle", lines);
  EXPECT_EQ(lines, (std::vector<std::string_view>{"needle needle", "audit(1", "NEEDLE", "last needle"}));
}

/// What every decoder makes of many real lines: each value, asked for as a phrase, has its line among the candidates.
class EveryValue : public ::testing::Test {
 protected:
  void check(std::string_view input, std::string_view raw) {
    Buffer tail, line;
    proof::append_line_tail({testing::kStart, input, "192.0.2.1", {}, raw, {}}, tail);
    proof::append_line(++seq_, tail.view(), line);
    batch_.clear();
    origins_.clear();
    ASSERT_TRUE(decoder_.decode(line.view(), batch_, origins_));
    decoder_.end_run(batch_, origins_);
    const std::string block = std::string(line.view()) + "\n";
    for (const event::Event& event : batch_.events)
      for (const event::Value& value : batch_.values_of(event)) {
        if (value.is_null()) continue;
        query::Expression phrase;
        phrase.kind = query::Expression::Kind::Test;
        phrase.test = query::Text{{}, normal_form(event::to_text(value)), true};
        auto filter = TextFilter::make(phrase, schema_);
        if (!filter) continue;
        ++asked_;
        candidates_.clear();
        filter->find_candidates(block, candidates_);
        ASSERT_EQ(candidates_.size(), 1U) << event::to_text(value) << " of " << block;
      }
  }
  void check_file(std::string_view input, const std::filesystem::path& path, std::size_t most) {
    std::ifstream in(path, std::ios::binary);
    std::size_t lines = 0;
    for (std::string line; lines < most && std::getline(in, line); ++lines) check(input, line);
  }

  event::Schema schema_;
  LineDecoder decoder_{schema_, event::LogsourceMap::builtin()};
  event::EventBatch batch_;
  std::vector<Origin> origins_;
  std::vector<std::string_view> candidates_;
  std::uint64_t seq_ = 0;
  std::size_t asked_ = 0;
};

TEST_F(EveryValue, OfMixedFramesHasItsLineAmongTheCandidates) {
  for (const testing::Frame& frame : testing::mixed_frames()) check(frame.input, frame.raw);
  EXPECT_GT(asked_, 50U);
}

TEST_F(EveryValue, OfRealLogsHasItsLineAmongTheCandidates) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  std::size_t files = 0;
  for (const char* part : {"loghub", "parsers"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*data / part)) {
      const auto extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".log" && extension != ".json")) continue;
      check_file(files % 2 == 0 ? "syslog.tcp" : "file", entry.path(), 60);
      ++files;
    }
  EXPECT_GT(files, 10U);
  EXPECT_GT(asked_, 1000U);
}

}  // namespace
}  // namespace yorozu::archive::search
