#include "message/message.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

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

/// Arguments that a text takes, by number: "{} of {}" takes 0 and 1, as does "{1} 中 {0}". Formats after ':' may
/// differ.
std::set<int> arguments(std::string_view text) {
  std::set<int> numbers;
  int next = 0;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at)) {
    if (text.substr(at).starts_with("{{")) {
      at += 2;
      continue;
    }
    const std::string_view inside = text.substr(at + 1, text.find_first_of(":}", at) - at - 1);
    numbers.insert(inside.empty() ? next++ : std::stoi(std::string(inside)));
    ++at;
  }
  return numbers;
}

TEST(Message, BothLanguagesAreThereAndTakeTheSameArguments) {
  for (const Row& row : kRows) {
    EXPECT_NE(std::string_view(row.en), "") << row.name;
    EXPECT_NE(std::string_view(row.ja), "") << row.name;
    EXPECT_EQ(arguments(row.en), arguments(row.ja)) << row.name;
  }
}

TEST(Message, ArgumentsAreComparedByNumberNotByOrder) {  // the control of the test above
  EXPECT_EQ(arguments("{} of {}"), arguments("{1} 中 {0}"));
  EXPECT_NE(arguments("{} of {}"), arguments("{0} 中 {0}"));
  EXPECT_EQ(arguments("{{}} {:>5}"), std::set<int>{0});
}

TEST(Message, JapaneseIsJapanese) {
  for (const Row& row : kRows) {
    const std::string_view en = row.en, ja = row.ja;
    bool has_words = false;  // outside of braces; "ATT&CK: {}" is the same in both
    for (std::size_t at = 0, depth = 0, run = 0; at < en.size(); ++at) {
      depth += en[at] == '{' ? 1U : 0U;
      run = depth == 0 && en[at] >= 'a' && en[at] <= 'z' ? run + 1 : 0;
      has_words = has_words || run >= 3;
      depth -= en[at] == '}' && depth > 0 ? 1U : 0U;
    }
    EXPECT_TRUE(!has_words || en != ja) << row.name << " is not translated";
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
