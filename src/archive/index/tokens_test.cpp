#include "archive/index/tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "base/text.h"

namespace yorozu::archive::index {
namespace {

std::vector<Token> tokens_of(std::string_view text) {
  return required_tokens(normal_form(text));
}

std::vector<Token> hashes(std::initializer_list<std::string_view> texts) {
  std::vector<Token> out;
  for (const std::string_view text : texts) out.push_back(hash64(text));
  std::ranges::sort(out);
  return out;
}

bool has_all(const std::vector<Token>& all, const std::vector<Token>& wanted) {
  return std::ranges::includes(all, wanted);
}

Glob glob(std::initializer_list<std::string_view> pieces) {
  Glob out;
  for (const std::string_view piece : pieces)
    out.pieces.push_back(piece == "*" ? Glob::Piece{Glob::Piece::Kind::AnyRun, ""}
                                      : Glob::Piece{Glob::Piece::Kind::Literal, std::string(piece)});
  return out;
}

TEST(Tokens, AreRunsOfLettersAndDigits) {
  EXPECT_EQ(tokens_of("Failed password for root"), hashes({"failed", "password", "for", "root"}));
}

TEST(Tokens, OfAnAddressAreItsNumbersAndTheirNeighbours) {
  EXPECT_EQ(tokens_of("from 192.168.1.7."), hashes({"from", "192", "168", "1", "7", "192.168", "168.1", "1.7"}));
}

TEST(Tokens, LongRunsArePairedWithNothing) {
  EXPECT_EQ(tokens_of("C:\\Windows\\System32"), hashes({"c", "windows", "system32"}));
}

TEST(Tokens, OfJapaneseAreCharactersAndPairs) {
  EXPECT_EQ(tokens_of("監査x失"), hashes({"監", "査", "監査", "x", "失"}));
}

TEST(Tokens, OfHalfWidthKanaAreThoseOfTheFullWidth) {
  EXPECT_EQ(tokens_of("ﾌﾟﾘﾝﾀ"), tokens_of("プリンタ"));
}

TEST(Tokens, BesideAWildcardAreNotRequired) {
  EXPECT_EQ(required_tokens(glob({"mimi", "*"})), hashes({}));
  EXPECT_EQ(required_tokens(glob({"10.0.", "*"})), hashes({"10", "0", "10.0"}));
  EXPECT_EQ(required_tokens(glob({"*", "1.2.3"})), hashes({"2", "3", "2.3"}));
  EXPECT_EQ(required_tokens(glob({"*", "認証", "*"})), hashes({"認", "証", "認証"}));
}

TEST(Tokens, OfAWordInsideATextAreTokensOfThatText) {
  const std::vector<std::string> alphabet = {"a", "9", "xyzzy", ".", "\\", " ", "監", "é", "-", "ﾌ", "\""};
  std::mt19937 random(7);
  const auto make = [&](std::size_t parts) {
    std::string out;
    for (std::size_t i = 0; i < parts; ++i) out += alphabet[random() % alphabet.size()];
    return normal_form(out);
  };
  for (int i = 0; i < 20000; ++i) {
    const std::string word = make(1 + random() % 5);
    std::string before = make(random() % 4), after = make(random() % 4);
    // The borders that a search asks for: no letter or digit goes on where the word begins or ends with one.
    if (!before.empty() && detail::is_alphanumeric(before.back()) && detail::is_alphanumeric(word.front()))
      before += ' ';
    if (!after.empty() && detail::is_alphanumeric(after.front()) && detail::is_alphanumeric(word.back()))
      after.insert(0, 1, ' ');
    ASSERT_TRUE(has_all(required_tokens(before + word + after), required_tokens(word)))
        << before << '|' << word << '|' << after;
  }
}

}  // namespace
}  // namespace yorozu::archive::index
