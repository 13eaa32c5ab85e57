#include "message/message.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace yorozu::message {
namespace {

struct Row {
  const char *name, *en, *ja;
};
constexpr Row kRows[] = {
#define MESSAGE(name, en, ja) {#name, en, ja},
#include "message/all.def"
#undef MESSAGE
};

std::multiset<std::string> placeholders(const std::string& text) {
  static const std::regex pattern(R"(\{\d*(:[^}]*)?\})");
  return {std::sregex_token_iterator(text.begin(), text.end(), pattern), std::sregex_token_iterator()};
}

TEST(Message, BothLanguagesAreThereAndTakeTheSameArguments) {
  for (const Row& row : kRows) {
    EXPECT_NE(std::string_view(row.en), "") << row.name;
    EXPECT_NE(std::string_view(row.ja), "") << row.name;
    EXPECT_EQ(placeholders(row.en).size(), placeholders(row.ja).size()) << row.name;
  }
}

TEST(Message, FlagBeatsEnvironmentAndEnglishIsTheDefault) {
  EXPECT_EQ(choose("en", "ja_JP.UTF-8", nullptr, nullptr), Lang::En);
  EXPECT_EQ(choose("", nullptr, "", "ja_JP.UTF-8"), Lang::Ja);
  EXPECT_EQ(choose("", "C", nullptr, "ja_JP.UTF-8"), Lang::En);
  EXPECT_EQ(choose("", nullptr, nullptr, nullptr), Lang::En);
}

}  // namespace
}  // namespace yorozu::message
