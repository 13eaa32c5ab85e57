#include "archive/search/token_need.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "query/query.h"

namespace yorozu::archive::search {
namespace {

/// Does a block with these words possibly hold a match?
bool may_match(std::string_view query, std::string_view words) {
  const event::Schema schema;
  const auto parsed = query::parse_query(query);
  EXPECT_TRUE(parsed) << query;
  std::set<index::Token> there;
  index::for_each_token(words, [&](index::Token token) { there.insert(token); });
  return tokens_of(parsed->where, schema).met([&](std::span<const index::Token> tokens) {
    return std::ranges::all_of(tokens, [&](index::Token token) { return there.contains(token); });
  });
}

TEST(TokenNeed, AsksForAllOfAnAndAndForOneOfAnOr) {
  EXPECT_TRUE(may_match("failed hanako", "hanako failed"));
  EXPECT_FALSE(may_match("failed hanako", "failed"));
  EXPECT_TRUE(may_match("failed OR hanako", "failed"));
  EXPECT_FALSE(may_match("failed OR hanako", "accepted"));
  EXPECT_TRUE(may_match("(a1 OR b1) (c1 OR d1 e1)", "b1 d1 e1"));
  EXPECT_FALSE(may_match("(a1 OR b1) (c1 OR d1 e1)", "b1 d1"));
}

TEST(TokenNeed, AsksForTheValuesOfFields) {
  EXPECT_FALSE(may_match("user.name:hanako", "failed"));
  EXPECT_TRUE(may_match("user.name:hanako", "hanako"));
  EXPECT_FALSE(may_match("source.ip:203.0.113.9", "203 0 113"));
  EXPECT_FALSE(may_match("event_id:4625", "4624"));
  EXPECT_FALSE(may_match("file.path:*\\cmd.exe", "powershell"));
}

TEST(TokenNeed, AsksForNothingThatIsNotSureToBeThere) {
  for (const char* query : {"", "NOT failed", "failed OR NOT x1", "n:>5", "source.ip:10.0.0.0/8", "a:/b/", "seq:5",
                            "input:file", "a:*", "*ail*"})
    EXPECT_TRUE(may_match(query, "")) << query;
  EXPECT_TRUE(may_match("failed NOT hanako", "failed hanako"));
}

}  // namespace
}  // namespace yorozu::archive::search
