#include "app/answers/answer_reader.h"

#include <gtest/gtest.h>

#include "archive/search/result_lines.h"
#include "query/table.h"

namespace yorozu::answers {
namespace {

namespace search = archive::search;

struct Kept : search::SearchSink {
  bool row(const search::Row& row) override {
    rows.push_back(row);
    return rows.size() < most;
  }
  bool progress(const search::Progress& p) override {
    last_progress = p;
    return true;
  }
  bool table(const query::Table& t) override {
    last_table = t;
    return true;
  }
  bool histogram(const search::Histogram& h) override {
    last_histogram = h;
    return true;
  }
  std::vector<search::Row> rows;
  search::Progress last_progress;
  query::Table last_table;
  search::Histogram last_histogram;
  std::size_t most = 100;
};

search::Row some_row() {
  search::Row row;
  row.seq = 7;
  row.frames = {6, 7};
  row.time = *parse_time("2026-11-24T10:00:00.25Z");
  row.received = *parse_time("2026-11-24T10:00:01Z");
  row.input = "syslog.udp";
  row.peer = "192.0.2.1";
  row.host = "web1";
  row.source_class = "auth";
  row.raw = "失敗 \"x\"";
  row.fields = R"({"user":"bob","a":[1,"2"],"port":22})";
  return row;
}

TEST(AnswerReader, GivesBackWhatTheLinesWereMadeOf) {
  Kept kept;
  AnswerReader reader(kept);
  std::string line;
  search::append_row_line(some_row(), line);
  EXPECT_TRUE(reader.take(line).value());
  EXPECT_EQ(kept.rows.at(0), some_row()) << "fields in their order";

  const search::Progress progress{1, 2, 3, 4};
  line.clear();
  search::append_progress_line(progress, line);
  EXPECT_TRUE(reader.take(line).value());
  EXPECT_EQ(kept.last_progress, progress);

  const search::Histogram histogram{60'000'000, {{*parse_time("2026-11-24T10:00:00Z"), 5}}};
  line.clear();
  search::append_histogram_line(histogram, line);
  EXPECT_TRUE(reader.take(line).value());
  EXPECT_EQ(kept.last_histogram, histogram);

  search::SearchSummary summary;
  summary.ending = search::Ending::Limit;
  summary.matches = 9;
  summary.effort.blocks_read = 3;
  summary.steps = {"one"};
  line.clear();
  search::append_done_line(summary, line);
  EXPECT_TRUE(reader.take(line).value());
  ASSERT_TRUE(reader.summary());
  EXPECT_EQ(reader.summary()->ending, search::Ending::Limit);
  EXPECT_EQ(reader.summary()->effort, summary.effort);
  EXPECT_EQ(reader.summary()->steps, summary.steps);
}

TEST(AnswerReader, TablesKeepTheTypesOfTheirCells) {
  query::Table table;
  table.columns = {{"host"}, {"first", true}, {"n"}};
  table.rows = {{std::string("pc1"), *parse_time("2026-11-24T10:00:00Z"), std::int64_t{3}}, {{}, {}, 1.5}};
  table.events = 4;
  table.other = {{}, {}, std::int64_t{9}};
  table.other_events = 9;
  std::string line = "{\"table\":";
  JsonWriter json(line);
  query::append_json(table, json);
  line += '}';
  Kept kept;
  EXPECT_TRUE(AnswerReader(kept).take(line).value());
  EXPECT_EQ(kept.last_table.columns, table.columns);
  EXPECT_EQ(kept.last_table.rows, table.rows);
  EXPECT_EQ(kept.last_table.other, table.other);
  EXPECT_EQ(kept.last_table.other_events, 9U);
}

TEST(AnswerReader, ErrorsAndStrangeLinesAreSaid) {
  Kept kept;
  AnswerReader reader(kept);
  const auto failed = reader.take(R"({"error":{"code":"Timeout","message":"too long"}})");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "too long");
  EXPECT_TRUE(reader.take(R"({"queued":{"position":2}})").value());
  for (const char* line : {"", "[]", "{\"row\":1}", "{\"row\":{},\"x\":{}}", "{"})
    EXPECT_FALSE(reader.take(line)) << line;
}

TEST(AnswerReader, TheSinkMaySayThatItIsEnough) {
  Kept kept;
  kept.most = 1;
  std::string line;
  search::append_row_line(some_row(), line);
  EXPECT_FALSE(AnswerReader(kept).take(line).value());
}

}  // namespace
}  // namespace yorozu::answers
