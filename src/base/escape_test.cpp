#include "base/escape.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <random>

#include "base/text.h"

namespace yorozu {
namespace {

std::string random_bytes(std::mt19937_64& random) {
  std::string bytes(random() % 60, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() % 4 == 0 ? random() : 0x20 + random() % 0x60);
  return bytes;
}

template <class Append>
std::string by(Append append, std::string_view text) {
  std::string out = "<";  // what stands there already is kept
  append(text, out);
  EXPECT_EQ(out.front(), '<');
  return out.substr(1);
}
std::string json(std::string_view text) {
  return by(append_json_string, text);
}
std::string html(std::string_view text) {
  return by(append_html, text);
}
std::string xml(std::string_view text) {
  return by(append_xml, text);
}
std::string csv(std::string_view text) {
  return by(append_csv, text);
}

TEST(JsonEscape, HasOneFormForEveryText) {
  EXPECT_EQ(json(""), R"("")");
  EXPECT_EQ(json("plain 日本 😀"), R"("plain 日本 😀")");
  EXPECT_EQ(json("\"\\\b\f\n\r\t\x01\x1F\x7F/"), "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7F/\"");
  EXPECT_EQ(json("a\xFF\xE3\x81z"), "\"a\uFFFD\uFFFD\uFFFDz\"");
  EXPECT_EQ(json(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(JsonEscape, ReadsBackAsTheRepairedText) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 5000; ++i) {
    const std::string bytes = random_bytes(random);
    ASSERT_EQ(nlohmann::json::parse(json(bytes)).get<std::string>(), repair_utf8(bytes));
  }
}

TEST(HtmlEscape, NothingOfATextBecomesMarkup) {
  EXPECT_EQ(html("<script>alert('x') & \"y\"</script>"),
            "&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;");
  EXPECT_EQ(html("line\n\ttab"), "line\n\ttab");
  EXPECT_EQ(html("\x01\x7F\u0085\xFF"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(XmlEscape, ForbiddenCharactersAreReplaced) {
  EXPECT_EQ(xml("<a b='c'>&\"</a>"), "&lt;a b=&#39;c&#39;&gt;&amp;&quot;&lt;/a&gt;");
  EXPECT_EQ(xml("\x0B\uFFFE\uFFFF"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(xml("a\r\n\tb"), "a&#13;&#10;&#9;b");
}

TEST(XmlEscape, ReadsBackInTextAndAttribute) {
  std::mt19937_64 random(9);
  for (int i = 0; i < 2000; ++i) {
    const std::string bytes = random_bytes(random);
    const std::string escaped = xml(bytes);
    pugi::xml_document document;
    const std::string whole = "<x a=\"" + escaped + "\">" + escaped + "</x>";
    const auto flags = pugi::parse_default | pugi::parse_ws_pcdata;
    ASSERT_TRUE(document.load_buffer(whole.data(), whole.size(), flags)) << whole;
    const std::string_view attribute = document.child("x").attribute("a").value();
    ASSERT_EQ(attribute, document.child("x").text().get());
    std::string expected = repair_utf8(bytes);
    for (std::size_t at = 0; at < expected.size(); ++at) {
      const auto c = static_cast<unsigned char>(expected[at]);
      if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') expected.replace(at, 1, "\uFFFD");
    }
    ASSERT_EQ(attribute, expected);
  }
}

TEST(CsvEscape, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(csv("plain"), "plain");
  EXPECT_EQ(csv(""), "");
  EXPECT_EQ(csv("日本語"), "日本語");
  EXPECT_EQ(csv("a,b"), R"("a,b")");
  EXPECT_EQ(csv("say \"hi\""), R"("say ""hi""")");
  EXPECT_EQ(csv("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv(" blank"), "\" blank\"");
}

TEST(CsvEscape, FormulasAreDefused) {
  EXPECT_EQ(csv("=cmd|'/c calc'!A1"), "\"'=cmd|'/c calc'!A1\"");
  EXPECT_EQ(csv("+1"), "\"'+1\"");
  EXPECT_EQ(csv("-1"), "\"'-1\"");
  EXPECT_EQ(csv("@x"), "\"'@x\"");
  EXPECT_EQ(csv("\tx"), "\"'\tx\"");
  EXPECT_EQ(csv("\rx"), "\"'\rx\"");
  EXPECT_EQ(csv("a=b"), "a=b");
}

TEST(TerminalEscape, NothingMovesTheCursorOrTurnsTheText) {
  EXPECT_EQ(terminal_safe("plain C:\\x 日本 😀"), "plain C:\\x 日本 😀");
  EXPECT_EQ(terminal_safe("\x1B[2J\r\n\t\x07\x7F"), "\\x1b[2J\\x0d\\x0a\\x09\\x07\\x7f");
  EXPECT_EQ(terminal_safe("\u009B31m"), "\\x9b31m");
  EXPECT_EQ(terminal_safe("gpj.\u202Eexe"), "gpj.\\u202eexe");
  EXPECT_EQ(terminal_safe("\u200B\u2066\uFEFF"), "\\u200b\\u2066\\ufeff");
  EXPECT_EQ(terminal_safe("\U000E0041"), "\\U000e0041");
  EXPECT_EQ(terminal_safe("\xFF"), "\uFFFD");
}

TEST(TerminalEscape, NoControlByteSurvivesAnyInput) {
  std::mt19937_64 random(10);
  for (int i = 0; i < 5000; ++i) {
    const std::string shown = terminal_safe(random_bytes(random));
    ASSERT_TRUE(is_valid_utf8(shown));
    for (std::size_t at = 0; at < shown.size();) {
      const char32_t c = next_code_point(shown, at);
      ASSERT_TRUE(c >= 0x20 && !(c >= 0x7F && c < 0xA0));
    }
  }
}

}  // namespace
}  // namespace yorozu
