#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace yorozu {
namespace {

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out;
  JsonWriter j(out);
  j.begin_object();
  j.key("a").value(1);
  j.key("empty").begin_object().end_object();
  j.key("list")
      .begin_array()
      .value("x")
      .value(true)
      .null()
      .begin_array()
      .end_array()
      .begin_object()
      .key("k")
      .value(2U)
      .end_object();
  j.end_array();
  j.key("raw").raw("[1]");
  j.key("last").value("\"");
  j.end_object();
  EXPECT_EQ(out, R"({"a":1,"empty":{},"list":["x",true,null,[],{"k":2}],"raw":[1],"last":"\""})");
}

TEST(JsonWriter, WritesNumbersThatReadBackEqual) {
  std::string out;
  JsonWriter j(out);
  j.begin_array();
  j.value(std::numeric_limits<std::int64_t>::min())
      .value(std::numeric_limits<std::uint64_t>::max())
      .value(-1)
      .value(7U);
  j.value(0.1).value(1e300).value(5e-324).value(-0.0).value(3.0);
  j.end_array();
  const auto read = nlohmann::json::parse(out);
  EXPECT_EQ(read[0], std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read[1], std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(read[2], -1);
  EXPECT_EQ(read[4], 0.1);
  EXPECT_EQ(read[5], 1e300);
  EXPECT_EQ(read[6], 5e-324);
  EXPECT_EQ(read[8], 3.0);
}

TEST(JsonWriter, NumbersThatJsonLacksAreNull) {
  std::string out;
  JsonWriter j(out);
  j.begin_array().value(std::nan("")).value(std::numeric_limits<double>::infinity()).end_array();
  EXPECT_EQ(out, "[null,null]");
}

TEST(JsonWriter, AppendsBehindWhatIsThere) {
  std::string out;
  for (int i = 0; i < 2; ++i) {
    JsonWriter(out).begin_object().key("i").value(i).end_object();
    out += '\n';
  }
  EXPECT_EQ(out, "{\"i\":0}\n{\"i\":1}\n");
}

}  // namespace
}  // namespace yorozu
