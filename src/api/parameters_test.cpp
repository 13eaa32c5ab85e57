#include "api/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/cursor.h"
#include "api/problem.h"
#include "api/result_collector.h"

namespace yorozu::api {
namespace {

constexpr Timestamp kNow{1'764'061'200'000'000};

TEST(ApiParameters, TimesMayBeRelative) {
  EXPECT_EQ(read_when("now", kNow), kNow);
  EXPECT_EQ(read_when("now-15m", kNow)->us, kNow.us - 15 * 60'000'000LL);
  EXPECT_EQ(read_when("now-2w", kNow)->us, kNow.us - 14 * 86'400'000'000LL);
  EXPECT_EQ(read_when("2025-11-25T09:00:00Z", kNow), kNow);
  EXPECT_EQ(read_when("2025-11-25", kNow)->us, kNow.us - 9 * 3'600'000'000LL);
  EXPECT_EQ(read_when("2025-11-25T18:00:00", kNow, *TimeZone::named("Asia/Tokyo")), kNow);
  for (const char* wrong : {"", "now-", "now-h", "now-1", "now-1y", "now+1h", "now-1.5h", "now-99999999999999999999s",
                            "now-1000001s", "nowadays"})
    EXPECT_FALSE(read_when(wrong, kNow)) << wrong;
}

TEST(ApiParameters, TheFirstMistakeIsKept) {
  auto parameters = Parameters::of_query("limit=5&from=now-1h&flag=true&q=a+b%20c&bad=x");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->number("limit", 1, 10, 3), 5U);
  EXPECT_EQ(parameters->number("other", 1, 10, 3), 3U);
  EXPECT_EQ(parameters->text("q", 100), "a b c");
  EXPECT_TRUE(parameters->flag("flag"));
  EXPECT_TRUE(parameters->time("from", kNow));
  ASSERT_TRUE(parameters->problem());
  EXPECT_EQ(parameters->problem()->name, "bad");
  EXPECT_EQ(parameters->problem()->reason, BadParameter::Reason::Unknown);
  parameters->number("limit", 6, 10, 6);
  EXPECT_EQ(parameters->problem()->name, "limit");
  parameters->required_text("missing", 10);
  EXPECT_EQ(parameters->problem()->name, "limit");
}

TEST(ApiParameters, BrokenOnesAreRefused) {
  for (const char* broken : {"a=%", "a=%zz", "a=%ff", "%ff=1", "a=1&a=2"})
    EXPECT_FALSE(Parameters::of_query(broken)) << broken;
  for (const char* broken : {"", "[]", "{", "1", R"({"a":{}})", R"({"a":[1]})", R"({"a":1.5})", R"({"a":-1})",
                             R"({"a":null})", R"([[[[[[]]]]]])"})
    EXPECT_FALSE(Parameters::of_json(broken)) << broken;
  EXPECT_TRUE(Parameters::of_json(R"({"a":"x","b":1,"c":true})"));
  EXPECT_FALSE(Parameters::of_json(std::string(100'000, '[')));
}

TEST(ApiCursor, IsGoodForItsQuestionAndItsServer) {
  const CursorKey key{1}, other{2};
  const std::string cursor = make_cursor(key, "search a", "42 1 2");
  EXPECT_EQ(read_cursor(key, "search a", cursor), "42 1 2");
  EXPECT_FALSE(read_cursor(key, "search b", cursor));
  EXPECT_FALSE(read_cursor(other, "search a", cursor));
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(read_cursor(key, "search a", changed).value_or("none"), "42 1 2") << i;
  }
  for (const char* wrong : {"", "a", "!", "AAAAAAAAAAAAAAAAAAAAAA"}) EXPECT_FALSE(read_cursor(key, "search a", wrong));
  EXPECT_FALSE(read_cursor(key, "", std::string(100'000, 'A')));
}

TEST(ApiProblem, TheLanguageIsTheOneThatIsPreferred) {
  using enum message::Lang;
  EXPECT_EQ(language_of(""), En);
  EXPECT_EQ(language_of("ja"), Ja);
  EXPECT_EQ(language_of("ja-JP,ja;q=0.9,en-US;q=0.8"), Ja);
  EXPECT_EQ(language_of("en, ja;q=0.5"), En);
  EXPECT_EQ(language_of("fr, ja;q=0.1"), Ja);
  EXPECT_EQ(language_of("ja;q=0"), En);
  EXPECT_EQ(language_of(",;q=,ja;q=x"), Ja);
}

TEST(ApiResults, LinesComeApart) {
  const auto line = split_result_line(R"({"row":{"seq":7}})");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->kind, "row");
  EXPECT_EQ(line->value, R"({"seq":7})");
  for (const char* wrong : {"", "{}", "{\"", "{\"a\"}", "row", "{\"a"}) EXPECT_FALSE(split_result_line(wrong)) << wrong;
}

}  // namespace
}  // namespace yorozu::api
