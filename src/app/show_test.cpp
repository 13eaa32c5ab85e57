#include "app/show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace yorozu::app {
namespace {

using message::Lang;
using nlohmann::json;
using testing::HasSubstr;

TEST(Show, SizesHaveTheUnitThatFits) {
  EXPECT_EQ(size_text(std::uint64_t{0}), "0 B");
  EXPECT_EQ(size_text(std::uint64_t{1536}), "1.5 KiB");
  EXPECT_EQ(size_text(json(std::uint64_t{3} << 40)), "3.0 TiB");
}

TEST(Show, WarnsOfADiskThatFills) {
  json disk = {{"level", "fine"}, {"free", std::uint64_t{1} << 30}};
  EXPECT_EQ(disk_warning(disk, Lang::En), "");
  for (const auto& [level, percent] : {std::pair{"used80", "80 %"}, {"used90", "90 %"}, {"used95", "95 %"}}) {
    disk["level"] = level;
    EXPECT_THAT(disk_warning(disk, Lang::En), HasSubstr(percent));
    EXPECT_THAT(disk_warning(disk, Lang::Ja), HasSubstr("1.0 GiB"));
  }
}

TEST(Show, WithoutARateNothingIsForetold) {
  const json disk = {{"total", 1000}, {"free", 250}, {"bytes_per_day", 0}, {"full_in_days", nullptr}};
  EXPECT_THAT(disk_text(disk, Lang::En), HasSubstr("too little"));
}

}  // namespace
}  // namespace yorozu::app
