#include "archive/search/result_lines.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace yorozu::archive::search {
namespace {

using Json = nlohmann::json;

TEST(RequestLine, ReadsBackAsItWas) {
  SearchRequest request;
  request.query = "\"失敗\" source.ip:10.0.0.0/8 | top user.name";
  request.from = Timestamp{1'700'000'000'000'001};
  request.to = Timestamp{1'700'000'100'000'000};
  request.limit = 0;
  request.first_seq = 5;
  request.end_seq = 1'000;
  request.index = IndexUse::Never;
  request.wants_histogram = true;
  request.wants_explain = true;
  request.timeout_us = 5'000'000;
  request.zone = "Asia/Tokyo";
  const auto read = parse_request_line(request_line(request));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, request);
  EXPECT_EQ(*parse_request_line(request_line({})), SearchRequest{});
}

TEST(RequestLine, RefusesWhatItDoesNotKnow) {
  for (const char* line :
       {"", "{}", "[]", R"({"search":[]})", R"({"search":{"query":1}})", R"({"search":{"query":"a","order":"oldest"}})",
        R"({"search":{"limit":-1}})", R"({"search":{"from":"yesterday"}})", R"({"search":{},"more":{}})"})
    EXPECT_FALSE(parse_request_line(line)) << line;
}

TEST(ResultLines, ARowIsOneObjectWithoutLineFeed) {
  Row row;
  row.seq = 7;
  row.frames = {5, 7};
  row.time = Timestamp{1'700'000'000'000'000};
  row.received = Timestamp{1'700'000'000'500'000};
  row.input = "syslog.udp";
  row.raw = "a\n\"b\"";
  row.fields = R"({"user":"bob"})";
  std::string line;
  append_row_line(row, line);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Json read = Json::parse(line)["row"];
  EXPECT_EQ(read["seq"], 7);
  EXPECT_EQ(read["frames"], Json({5, 7}));
  EXPECT_EQ(read["time"], "2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(read["raw"], "a\n\"b\"");
  EXPECT_EQ(read["fields"]["user"], "bob");
  EXPECT_FALSE(read.contains("host"));
  EXPECT_FALSE(read.contains("raw_b64"));
}

TEST(ResultLines, TheEndSaysHowCompleteItIsAndWhatIsMissing) {
  SearchSummary summary;
  summary.ending = Ending::Limit;
  summary.matches = 3;
  summary.next_end_seq = 90;
  ArchiveDamage damage;
  damage.file = "segments/a";
  damage.first_seq = 4;
  damage.last_seq = 9;
  damage.detail = "wrong checksum of a block";
  summary.damages.push_back(damage);
  std::string line;
  append_done_line(summary, line);
  const Json read = Json::parse(line)["done"];
  EXPECT_EQ(read["ending"], "limit");
  EXPECT_EQ(read["next_end_seq"], 90);
  EXPECT_EQ(read["damages"][0]["detail"], "wrong checksum of a block");
}

TEST(ResultLines, AWrongQueryIsNamedWithItsPlace) {
  SearchFailure failure;
  failure.error = {ErrorCode::InvalidInput, "a quote is not closed"};
  failure.query = query::ParseError{4, query::ParseError::Reason::UnclosedQuote, "\"ab", ""};
  std::string line;
  append_error_line(failure, line);
  const Json read = Json::parse(line)["error"];
  EXPECT_EQ(read["position"], 4);
  EXPECT_EQ(read["reason"], "unclosed_quote");
}

TEST(ResultLines, LinesOfASinkComeOneByOneAndCanBeStopped) {
  std::vector<std::string> lines;
  LineSink sink([&](std::string_view line) {
    lines.emplace_back(line);
    return lines.size() < 2;
  });
  EXPECT_TRUE(sink.progress({10, 20, 1, 5}));
  EXPECT_FALSE(sink.histogram({60'000'000, {{Timestamp{0}, 4}}}));
  EXPECT_EQ(lines[0], R"({"progress":{"bytes_done":10,"bytes_total":20,"matches":1,"reached_seq":5}})");
  EXPECT_EQ(lines[1], R"({"histogram":{"bucket_us":60000000,"buckets":[["1970-01-01T00:00:00.000000Z",4]]}})");
}

}  // namespace
}  // namespace yorozu::archive::search
