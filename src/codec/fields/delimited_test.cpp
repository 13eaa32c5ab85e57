#include "codec/fields/delimited.h"

#include <gtest/gtest.h>

namespace yorozu::codec::fields {
namespace {

std::vector<std::string> split(std::string_view record, char delimiter = ',') {
  Arena arena;
  std::vector<std::string_view> fields;
  split_delimited(record, delimiter, arena, fields);
  return {fields.begin(), fields.end()};
}

TEST(Delimited, QuotesAreReadAsRfc4180Says) {
  using Fields = std::vector<std::string>;
  EXPECT_EQ(split("a,b,c"), (Fields{"a", "b", "c"}));
  EXPECT_EQ(split(""), (Fields{""}));
  EXPECT_EQ(split(","), (Fields{"", ""}));
  EXPECT_EQ(split("a,,"), (Fields{"a", "", ""}));
  EXPECT_EQ(split(R"("a,b",c)"), (Fields{"a,b", "c"}));
  EXPECT_EQ(split(R"("say ""yes""",c)"), (Fields{R"(say "yes")", "c"}));
  EXPECT_EQ(split("\"two\nlines\";x", ';'), (Fields{"two\nlines", "x"}));
  EXPECT_EQ(split(R"("")"), (Fields{""}));
  EXPECT_EQ(split(R"("""")"), (Fields{R"(")"}));
}

TEST(Delimited, WhatIsWrittenLooselyIsKept) {
  using Fields = std::vector<std::string>;
  EXPECT_EQ(split(R"(a "quoted" word,b)"), (Fields{R"(a "quoted" word)", "b"}));
  EXPECT_EQ(split(R"("a"b,c)"), (Fields{R"("a"b)", "c"}));
  EXPECT_EQ(split(R"("never closed,c)"), (Fields{"never closed,c"}));
}

}  // namespace
}  // namespace yorozu::codec::fields
