#include "event/taxonomy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

namespace yorozu::event {
namespace {

TEST(Taxonomy, TableIsSortedWithoutRepeats) {
  const auto less = [](const FieldPair& a, const FieldPair& b) {
    return std::tie(a.ecs, a.original) < std::tie(b.ecs, b.original);
  };
  EXPECT_TRUE(std::ranges::is_sorted(taxonomy(), less));
  EXPECT_TRUE(std::ranges::adjacent_find(taxonomy(), [&](const auto& a, const auto& b) { return !less(a, b); }) ==
              taxonomy().end());
}

TEST(Taxonomy, OneEcsNameLeadsToEveryOriginal) {
  const auto found = originals_of("process.executable");
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[0].original, "Image");
  EXPECT_TRUE(originals_of("process.nonsense").empty());
}

TEST(Taxonomy, OriginalLeadsToItsEcsName) {
  EXPECT_EQ(ecs_name_of("CommandLine"), "process.command_line");
  EXPECT_EQ(ecs_name_of("NoSuchField"), "");
}

}  // namespace
}  // namespace yorozu::event
