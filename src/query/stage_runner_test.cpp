#include "query/stage_runner.h"

#include <gtest/gtest.h>

#include <random>

#include "query/random_query.h"
#include "query/test_events.h"

namespace yorozu::query {
namespace {

/// Header and rows as lines of cells, for reading in a test.
std::string text(const Table& table, const TimeZone& zone) {
  std::string out;
  for (const Column& column : table.columns) out.append(out.empty() ? "" : " ¦ ").append(column.name);
  out += '\n';
  const auto line = [&](const Table::Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) out.append(i == 0 ? "" : " ¦ ").append(to_text(row[i], zone));
    out += '\n';
  };
  for (const Table::Row& row : table.rows) line(row);
  if (!table.other.empty()) {
    out += "other: ";
    line(table.other);
  }
  return out;
}

class Stages : public ::testing::Test {
 protected:
  Stages() {
    events_.add({{"user", "bob"}, {"src", "10.0.0.9"}, {"bytes", "100"}}, "2026-11-24T10:00:00Z", "one");
    events_.add({{"user", "bob"}, {"src", "10.0.0.10"}, {"bytes", "20"}}, "2026-11-24T10:30:00Z", "two");
    events_.add({{"user", "alice"}, {"src", "10.0.0.9"}, {"bytes", "3"}}, "2026-11-24T12:10:00Z", "three");
    events_.add({{"src", "10.0.0.9"}}, "2026-11-24T12:20:00Z", "four");
  }
  StageRunner runner(std::string_view query, std::size_t max_bytes = StageRunner::kMaxBytes) const {
    return {*parse_query(query), events_.schema(), zone_, max_bytes};
  }
  std::string answer(std::string_view query) const {
    StageRunner run = runner(query);
    for (std::size_t i = 0; i < events_.size(); ++i) run.add(events_.view(i));
    return text(run.table(), zone_);
  }

  TestEvents events_;
  TimeZone zone_ = *TimeZone::named("Asia/Tokyo");
};

TEST_F(Stages, StatsCountByFieldsLargestFirst) {
  EXPECT_EQ(answer("| stats count by user.name, source.ip"),
            "user.name ¦ source.ip ¦ count\n"
            "alice ¦ 10.0.0.9 ¦ 1\n"
            "bob ¦ 10.0.0.9 ¦ 1\n"
            "bob ¦ 10.0.0.10 ¦ 1\n"
            " ¦ 10.0.0.9 ¦ 1\n");
  EXPECT_EQ(answer("| stats count, dc(src) as from, sum(bytes) by user"),
            "user ¦ count ¦ from ¦ sum(bytes)\nbob ¦ 2 ¦ 2 ¦ 120\nalice ¦ 1 ¦ 1 ¦ 3\n ¦ 1 ¦ 1 ¦ \n");
}

TEST_F(Stages, StatsWithoutByIsOneRowEvenOfNothing) {
  EXPECT_EQ(answer("| stats count, max(bytes), count(user)"), "count ¦ max(bytes) ¦ count(user)\n4 ¦ 100 ¦ 3\n");
  EXPECT_EQ(text(runner("| stats count, max(bytes)").table(), zone_), "count ¦ max(bytes)\n0 ¦ \n");
}

TEST_F(Stages, TopCountsSharesAndLeavesOutEventsWithoutTheField) {
  EXPECT_EQ(answer("| top 1 user"), "user ¦ count ¦ percent\nbob ¦ 2 ¦ 66.67\n");
  EXPECT_EQ(answer("| rare user"), "user ¦ count ¦ percent\nalice ¦ 1 ¦ 33.33\nbob ¦ 2 ¦ 66.67\n");
  StageRunner run = runner("| top user");
  for (std::size_t i = 0; i < events_.size(); ++i) run.add(events_.view(i));
  EXPECT_EQ(run.table().without_field, 1U);
  EXPECT_EQ(run.table().events, 4U);
}

TEST_F(Stages, TimechartFillsHoursWithoutEvents) {
  EXPECT_EQ(answer("| timechart 1h count by user"),
            "time ¦ bob ¦ - ¦ alice\n"
            "2026-11-24 19:00:00.000 +09:00 ¦ 2 ¦ 0 ¦ 0\n"
            "2026-11-24 20:00:00.000 +09:00 ¦ 0 ¦ 0 ¦ 0\n"
            "2026-11-24 21:00:00.000 +09:00 ¦ 0 ¦ 1 ¦ 1\n");
  EXPECT_EQ(answer("| timechart 1d max(bytes)"), "time ¦ max(bytes)\n2026-11-24 00:00:00.000 +09:00 ¦ 100\n");
}

TEST_F(Stages, TimechartGathersTheSmallSeries) {
  TestEvents events;
  for (int i = 0; i < 15; ++i)
    for (int n = 0; n <= i; ++n) events.add({{"level", "L" + std::to_string(100 + i)}});
  StageRunner run(*parse_query("| timechart 1h count by level"), events.schema(), TimeZone::utc());
  for (std::size_t i = 0; i < events.size(); ++i) run.add(events.view(i));
  const Table table = run.table();
  ASSERT_EQ(table.columns.size(), 12U);
  EXPECT_EQ(table.columns[1].name, "L114");
  EXPECT_EQ(table.columns.back().name, "(other)");
  EXPECT_EQ(table.rows.at(0).back(), Cell(std::int64_t{1 + 2 + 3 + 4 + 5}));
}

TEST_F(Stages, TablesAreSortedByWhatCellsReadAs) {
  EXPECT_EQ(answer("| stats count by src | sort src"), "src ¦ count\n10.0.0.9 ¦ 3\n10.0.0.10 ¦ 1\n");
  EXPECT_EQ(answer("| stats max(bytes) as m by user | sort -m | fields m, user | limit 2"),
            "m ¦ user\n100 ¦ bob\n3 ¦ alice\n");
  EXPECT_EQ(answer("| stats max(bytes) as m by user | sort m"), "user ¦ m\nalice ¦ 3\nbob ¦ 100\n ¦ \n")
      << "no value is last either way";
}

TEST_F(Stages, EventsThemselvesCanBeSorted) {
  EXPECT_EQ(answer("* | sort -bytes | limit 2 | fields user, bytes"), "user ¦ bytes\nbob ¦ 100\nbob ¦ 20\n");
  EXPECT_EQ(answer("* | sort bytes | limit 1"),
            "seq ¦ time ¦ host ¦ bytes ¦ raw\n3 ¦ 2026-11-24 21:10:00.000 +09:00 ¦  ¦ 3 ¦ three\n");
}

TEST_F(Stages, TimesAreCellsOfTheirOwn) {
  StageRunner run = runner("| stats max(time), min(received) by user");
  for (std::size_t i = 0; i < events_.size(); ++i) run.add(events_.view(i));
  const Table table = run.table();
  EXPECT_FALSE(table.columns[0].is_time);
  EXPECT_TRUE(table.columns[1].is_time);
  EXPECT_TRUE(table.columns[2].is_time);
}

TEST_F(Stages, ValuesFromAnIndexStandInForEvents) {
  StageRunner run = runner("| stats count, sum(bytes) by user");
  ASSERT_TRUE(run.takes_values());
  ASSERT_EQ(run.fields().size(), 2U);
  EXPECT_EQ(run.fields()[0], "user");
  EXPECT_FALSE(run.uses_time());
  run.add_values(std::vector<std::optional<std::string_view>>{"bob", "10"}, {}, 0, 3);
  EXPECT_EQ(text(run.table(), zone_), "user ¦ count ¦ sum(bytes)\nbob ¦ 3 ¦ 30\n");
  EXPECT_FALSE(runner("* | sort bytes").takes_values());
}

TEST_F(Stages, BoundKeepsWholeGroupsAndCountsTheRest) {
  TestEvents events;
  for (int i = 0; i < 3000; ++i) events.add({{"user", "u" + std::to_string(i % 1000)}});
  const auto run_in = [&](std::size_t from, std::size_t to, int step) {
    StageRunner run(*parse_query("| stats count by user"), events.schema(), zone_, 20'000);
    for (auto i = static_cast<std::ptrdiff_t>(step > 0 ? from : to - 1);
         i >= static_cast<std::ptrdiff_t>(from) && i < static_cast<std::ptrdiff_t>(to); i += step)
      run.add(events.view(static_cast<std::size_t>(i)));
    return run;
  };
  const Table table = run_in(0, 3000, 1).table();
  ASSERT_GT(table.rows.size(), 20U);
  ASSERT_LT(table.rows.size(), 1000U);
  for (const Table::Row& row : table.rows) EXPECT_EQ(row[1], Cell(std::int64_t{3}));
  EXPECT_EQ(table.other_events, 3000 - 3 * table.rows.size());
  EXPECT_EQ(table.other.at(1), Cell(static_cast<std::int64_t>(table.other_events)));
  EXPECT_EQ(text(table, zone_), text(run_in(0, 3000, -1).table(), zone_));
  StageRunner merged = run_in(1400, 3000, 1);
  merged.merge(run_in(0, 1400, -1));
  EXPECT_EQ(text(table, zone_), text(merged.table(), zone_));
}

TEST_F(Stages, AnyDivisionOfTheEventsGivesTheSameTable) {
  TestEvents events;
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) {
    const std::string user = "u" + std::to_string(random() % 12), bytes = std::to_string(random() % 1000);
    const std::string time =
        "2026-11-2" + std::to_string(random() % 2) + "T0" + std::to_string(random() % 9) + ":10:00Z";
    if (random() % 4 == 0)
      events.add({{"user", user}}, time, "raw");
    else
      events.add({{"user", user}, {"bytes", bytes}}, time, "raw");
  }
  RandomQuery queries(11, {"user", "bytes", "time", "seq"}, {"u1"});
  for (int n = 0; n < 120; ++n) {
    const Query query = *parse_query("* " + queries.next());
    if (answer_of(query) != Answer::Table) continue;
    StageRunner whole(query, events.schema(), zone_), left(query, events.schema(), zone_),
        right(query, events.schema(), zone_);
    for (std::size_t i = 0; i < events.size(); ++i) {
      whole.add(events.view(i));
      (random() % 2 == 0 ? left : right).add(events.view(events.size() - 1 - i));
    }
    right.merge(std::move(left));
    EXPECT_EQ(text(whole.table(), zone_), text(right.table(), zone_)) << to_text(query);
  }
}

TEST(Table, JsonHasTypedCellsAndWhatWasLeftOut) {
  Table table;
  table.columns = {{"host"}, {"first", true}, {"n"}};
  table.rows = {{std::string("pc1"), *parse_time("2026-11-24T10:00:00Z"), std::int64_t{3}}, {{}, {}, 1.5}};
  table.events = 4;
  table.other = {{}, {}, std::int64_t{9}};
  table.other_events = 9;
  std::string out;
  JsonWriter json(out);
  append_json(table, json);
  EXPECT_EQ(out, R"({"columns":[{"name":"host"},{"name":"first","type":"time"},{"name":"n"}],)"
                 R"("rows":[["pc1","2026-11-24T10:00:00.000000Z",3],[null,null,1.5]],"events":4,)"
                 R"("other":[null,null,9],"other_events":9})");
}

}  // namespace
}  // namespace yorozu::query
