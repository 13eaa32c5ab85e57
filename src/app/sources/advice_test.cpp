#include "app/sources/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "base/embedded.h"

namespace yorozu::embedded {
std::span<const File> advice_files();
}

namespace yorozu::sources {
namespace {

using message::Lang;
using testing::HasSubstr;
using testing::Not;

std::multiset<std::string> placeholders(const std::string& text) {
  static const std::regex pattern("@[A-Z]+@");
  std::multiset<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) out.insert(it->str());
  return out;
}
/// Lines of configurations and commands, which no language changes.
std::vector<std::string> code_lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("    ")) out.push_back(line);
  return out;
}
std::size_t headings(const std::string& text) {
  std::size_t n = text.starts_with("## ") ? 1 : 0;
  for (std::size_t at = 0; (at = text.find("\n## ", at)) != std::string::npos; ++at) ++n;
  return n;
}
bool has_japanese(const std::string& text) {
  return text.contains("の") || text.contains("を");
}

TEST(Advice, EveryKindIsCompleteInBothLanguages) {
  for (const Kind& kind : kinds()) {
    SCOPED_TRACE(kind.name);
    const auto en = raw_advice(kind.name, Lang::En), ja = raw_advice(kind.name, Lang::Ja);
    ASSERT_TRUE(en) << en.error().message;
    ASSERT_TRUE(ja) << ja.error().message;
    EXPECT_FALSE(has_japanese(*en));
    EXPECT_TRUE(has_japanese(*ja));
    EXPECT_EQ(headings(*en), headings(*ja));
    EXPECT_GE(headings(*en), 3U) << "configuration, what to switch on, check";
    EXPECT_EQ(code_lines(*en), code_lines(*ja));
    EXPECT_EQ(placeholders(*en), placeholders(*ja));
    EXPECT_TRUE(placeholders(*en).contains("@SERVER@"));
    EXPECT_EQ(placeholders(*en).contains("@TOKEN@"), !kind.scope.empty());
    EXPECT_TRUE(en->contains("ntp") || en->contains("NTP") || en->contains("Clock"));
  }
}

TEST(Advice, NothingIsLeftToFillIn) {
  const Facts facts{"192.168.1.5", "9200", "yrz_secret",
                    "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n"};
  for (const Kind& kind : kinds())
    for (const Lang lang : {Lang::En, Lang::Ja}) {
      const std::string text = advice(kind, lang, facts);
      EXPECT_TRUE(placeholders(text).empty()) << kind.name;
      EXPECT_THAT(text, HasSubstr("192.168.1.5"));
      EXPECT_THAT(text, Not(HasSubstr("@include")));
      EXPECT_EQ(text.contains("yrz_secret"), !kind.scope.empty());
    }
}

TEST(Advice, EveryFileIsUsed) {
  std::string all;
  for (const embedded::File& file : embedded::advice_files()) all += file.text();
  for (const embedded::File& file : embedded::advice_files()) {
    const std::string name(file.name.substr(file.name.rfind('/') + 1));
    const bool is_kind = find_kind(name.substr(0, name.find('.'))) != nullptr && name.ends_with(".md");
    EXPECT_TRUE(is_kind || all.contains("@include " + name + "@")) << name;
  }
}

TEST(Advice, TheWindowsPartHasWhatTheRulesNeed) {
  const std::string text = *raw_advice("winlogbeat", Lang::Ja);
  for (const char* needed : {"auditpol", "ProcessCreationIncludeCmdLine_Enabled", "EnableScriptBlockLogging", "Sysmon",
                             "グループポリシー", "w32tm", "include_xml: true"})
    EXPECT_THAT(text, HasSubstr(needed));
}

}  // namespace
}  // namespace yorozu::sources
