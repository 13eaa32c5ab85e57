#include <gmock/gmock.h>

#include "detect/frequency.h"
#include "detect/literal_database.h"
#include "detect/regex_literals.h"

namespace yorozu::detect {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RegexLiterals, AreTheLongestRunThatCannotBeLeftOut) {
  EXPECT_THAT(regex_literals("foo.*BARBAZ"), ElementsAre("barbaz"));
  EXPECT_THAT(regex_literals("abc\\.exe\\s+x"), ElementsAre("abc.exe"));
  EXPECT_THAT(regex_literals("ab+cde"), ElementsAre("cde"));
  EXPECT_THAT(regex_literals("xyz(longer)?"), ElementsAre("xyz"));
  EXPECT_THAT(regex_literals("a(longer){2,3}"), ElementsAre("longer"));
}

TEST(RegexLiterals, OfAnAlternationAreOneOfEachBranch) {
  EXPECT_THAT(regex_literals("(?i)(curl|wget)\\s"), ElementsAre("curl", "wget"));
  EXPECT_THAT(regex_literals("one|two\\d"), ElementsAre("one", "two"));
}

TEST(RegexLiterals, ABranchWithoutLiteralTakesThemAll) {
  EXPECT_THAT(regex_literals("one|\\d+"), IsEmpty());
}

TEST(RegexLiterals, OptionalPartsAreNotRequired) {
  EXPECT_THAT(regex_literals("abcd?"), ElementsAre("abc"));
  EXPECT_THAT(regex_literals("abcd*?"), ElementsAre("abc"));
  EXPECT_THAT(regex_literals("(abc){0,2}"), IsEmpty());
}

TEST(RegexLiterals, NothingIsClaimedForSyntaxThatIsNotUnderstood) {
  EXPECT_THAT(regex_literals("\\Qabc\\E"), IsEmpty());
  EXPECT_THAT(regex_literals("abc\\p{Greek}"), IsEmpty());
  EXPECT_THAT(regex_literals("(abc"), IsEmpty());
  EXPECT_THAT(regex_literals("(?=abc)x"), IsEmpty());
}

TEST(LiteralFrequency, RarestRunOfBytesDecides) {
  const LiteralFrequency table("# c\nImage\t200\n\t61626364\t50\n\t62636465\t5\n");
  EXPECT_NEAR(table.of("Image", "abcd"), 0.5, 1e-6);
  EXPECT_NEAR(table.of("Image", "abcde"), 0.05, 1e-6);
  EXPECT_LT(table.of("Image", "zzzz"), 0.01);
  EXPECT_LT(table.of("Unknown", "abcdefgh"), table.of("Unknown", "abc"));
}

TEST(LiteralFrequency, LinesThatAreNoneArePassedOver) {
  const LiteralFrequency table("\t6162\t5\nnonsense\n\n\t\nImage\tx\n\tzz\t1\n");
  EXPECT_GT(table.of("Image", "ab"), 0);
}

TEST(LiteralDatabase, SurvivesBeingWrittenAndRead) {
  const auto made = LiteralDatabase::compile({"abc", "bcd"});
  ASSERT_TRUE(made);
  const auto bytes = (*made)->serialize();
  ASSERT_TRUE(bytes);
  const auto read = LiteralDatabase::deserialize(*bytes);
  ASSERT_TRUE(read);
  Scratch scratch;
  ASSERT_TRUE((*read)->adapt(scratch));
  std::vector<unsigned> found;
  (*read)->scan(
      "xabcdx", scratch,
      [](unsigned literal, unsigned long long, unsigned long long, unsigned, void* context) {
        static_cast<std::vector<unsigned>*>(context)->push_back(literal);
        return 0;
      },
      &found);
  EXPECT_THAT(found, ElementsAre(0U, 1U));
}

TEST(LiteralDatabase, OtherBytesAreRefused) {
  EXPECT_FALSE(LiteralDatabase::deserialize("not a database"));
}

TEST(DatabaseStore, EqualSetsShareOneDatabase) {
  DatabaseStore store;
  const auto one = store.get({"abc", "def"});
  const auto two = store.get({"abc", "def"});
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->get(), two->get());
  EXPECT_EQ(store.compiled(), 1U);
}

}  // namespace
}  // namespace yorozu::detect
