#include "hunt/row.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace yorozu::hunt {
namespace {

TEST(Row, ComesBackAsItWasPacked) {
  Row row;
  row.rule = 7;
  row.time = {-5};
  row.file = 3;
  row.order = std::uint64_t{1} << 40;
  row.event_id = 4624;
  row.record_id = 99;
  row.line = 12;
  row.host = "PC-01";
  row.channel = "Security";
  row.fields = R"({"a":"b"})";
  row.events = R"([{"file":"x"}])";
  row.value = 2.5;
  row.first = {-10};
  std::string bytes;
  pack(row, bytes);
  Row back;
  ASSERT_TRUE(unpack(bytes, back));
  EXPECT_EQ(back.rule, 7U);
  EXPECT_EQ(back.time.us, -5);
  EXPECT_EQ(back.order, std::uint64_t{1} << 40);
  EXPECT_EQ(back.event_id, 4624U);
  EXPECT_EQ(back.record_id, 99U);
  EXPECT_EQ(back.host, "PC-01");
  EXPECT_EQ(back.fields, R"({"a":"b"})");
  EXPECT_EQ(back.events, row.events);
  EXPECT_EQ(back.value, 2.5);
  EXPECT_EQ(back.first.us, -10);
  EXPECT_FALSE(back.last.known());
}

TEST(Row, CutBytesAreNotARow) {
  Row row;
  row.fields = R"({"CommandLine":"x"})";
  std::string bytes;
  pack(row, bytes);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    Row back;
    EXPECT_FALSE(unpack(std::string_view(bytes).substr(0, n), back)) << n;
  }
}

TEST(Row, FieldsAreGivenOneByOneInOrder) {
  std::vector<std::pair<std::string, std::string>> got;
  for_each_field(R"({"b":"x\n","a":[1,"two"],"c":true})",
                 [&](std::string_view name, std::string_view value) { got.emplace_back(name, value); });
  const std::vector<std::pair<std::string, std::string>> want = {{"b", "x\n"}, {"a", "1"}, {"a", "two"}, {"c", "true"}};
  EXPECT_EQ(got, want);
  EXPECT_EQ(fields_in_line(R"({"a":"1","b":"2"})"), "a: 1 ¦ b: 2");
}

}  // namespace
}  // namespace yorozu::hunt
