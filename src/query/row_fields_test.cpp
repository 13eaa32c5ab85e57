#include "query/row_fields.h"

#include <gtest/gtest.h>

#include "query/test_events.h"

namespace yorozu::query {
namespace {

std::string fields(const TestEvents& events, std::string_view query) {
  std::string out;
  RowFields(*parse_query(query), events.schema()).append_json(events.view(0), out);
  return out;
}

TEST(RowFields, AreAllTheNamedOrTheOthers) {
  TestEvents events;
  events.add({{"user", "bob"}, {"ip", "10.0.0.1"}, {"a", "1"}, {"a", "2"}});
  EXPECT_EQ(fields(events, "x"), R"({"user":"bob","ip":"10.0.0.1","a":["1","2"]})");
  EXPECT_EQ(fields(events, "x | fields a, user.name, seq, nothing"), R"({"a":["1","2"],"user.name":"bob","seq":1})");
  EXPECT_EQ(fields(events, "x | fields - user.name, a"), R"({"ip":"10.0.0.1"})");
  EXPECT_EQ(fields(events, "x | fields - user, ip, a"), "{}");
  EXPECT_EQ(fields(events, "x | fields user, ip | fields - ip"), R"({"user":"bob"})");
}

TEST(RowFields, NameWithSeveralOriginalsGivesItsOneValue) {
  TestEvents events;
  events.add({{"SubjectUserName", "PC1$"}, {"TargetUserName", "bob"}});
  EXPECT_EQ(fields(events, "x | fields user.name"), R"({"user.name":"bob"})");
}

}  // namespace
}  // namespace yorozu::query
