#include "hunt/hunt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "hunt/row_output.h"
#include "hunt/summary.h"
#include "sigma/load.h"

namespace yorozu::hunt {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kRules = R"(title: Who was started
id: 11111111-1111-4111-8111-111111111111
level: high
logsource: {product: windows, category: process_creation}
detection: {s: {Image|endswith: '\whoami.exe'}, condition: s}
tags: [attack.discovery, attack.t1033]
---
title: Failed logon
id: 22222222-2222-4222-8222-222222222222
name: failed_logon
level: low
logsource: {product: windows, service: security}
detection: {s: {EventID: 4625}, condition: s}
---
title: Many failed logons
id: 33333333-3333-4333-8333-333333333333
level: critical
correlation: {type: event_count, rules: [failed_logon], group-by: [TargetUserName], timespan: 1m, condition: {gte: 3}}
tags: [attack.credential-access]
)";

std::string process(int second, const std::string& host, const std::string& command, int record) {
  return R"({"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"TimeCreated":)"
         R"({"#attributes":{"SystemTime":"2026-11-20T09:00:)" +
         std::string(second < 10 ? "0" : "") + std::to_string(second) + R"(.000000Z"}},"EventRecordID":)" +
         std::to_string(record) + R"(,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":")" + host +
         R"("},"EventData":{"Image":"C:\\Windows\\System32\\whoami.exe","CommandLine":")" + command + "\"}}}\n";
}

std::string failed_logon(int second, const std::string& user, int record) {
  return R"({"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing"}},"EventID":4625,)"
         R"("TimeCreated":{"#attributes":{"SystemTime":"2026-11-20T09:01:)" +
         std::string(second < 10 ? "0" : "") + std::to_string(second) + R"(.000000Z"}},"EventRecordID":)" +
         std::to_string(record) + R"(,"Channel":"Security","Computer":"DC-01"},"EventData":{"TargetUserName":")" +
         user + "\"}}}\n";
}

/// A folder of logs, hunted through.
class HuntTest : public testing::Test {
 protected:
  struct Run {
    std::string text;  ///< what the output wrote
    json summary;
  };

  void log(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_file_atomic(logs_.path() / name, text).has_value());
  }
  Run hunt(OutputFormat format = OutputFormat::Jsonl, unsigned threads = 1, Grouping grouping = Grouping::None,
           RowFilter filter = {}) {
    event::Schema schema;
    const event::LogsourceMap& logsources = event::LogsourceMap::builtin();
    const std::vector<sigma::RuleText> texts = {{"rules.yml", kRules}};
    sigma::RuleSet set = sigma::load(texts);
    const RuleTable rules = make_rule_table(set);
    const auto compiled = *detect::compile(std::move(set), schema, logsources);
    const auto input = *Input::open({logs_.path()}, {});
    const auto target = out_.path() / "out";
    Output file = *Output::open(target);
    TextOutput text(file);
    OutputOptions options;
    options.format = format;
    const auto output = make_output(options, rules, *input, text);
    Findings findings(rules);
    HuntProgress progress;
    Hunt hunt(*HuntFiles::open(out_.path(), threads, grouping), compiled, rules, schema, logsources,
              {threads, std::move(filter), nullptr});
    struct Both final : RowSink {
      Findings& findings;
      RowOutput& output;
      Both(Findings& f, RowOutput& o) : findings(f), output(o) {}
      Result<void> row(const Row& row) override {
        findings.add(row);
        return output.row(row);
      }
    } both(findings, *output);
    const auto result = hunt.run(*input, both, progress);
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
    HuntSummary summary{rules, *input, *result, findings, {}, rules.size(), 0, false};
    EXPECT_TRUE(output->finish(summary).has_value());
    return {*read_file(target), json::parse(summary_json(summary))};
  }
  static std::vector<json> rows(const Run& run) {
    std::vector<json> out;
    for (std::size_t at = 0; at < run.text.size();) {
      const std::size_t end = run.text.find('\n', at);
      out.push_back(json::parse(run.text.substr(at, end - at)));
      at = end + 1;
    }
    return out;
  }
  void log_an_attack() {
    log("b.jsonl", process(30, "PC-2", "whoami /all", 7) + process(10, "PC-1", "whoami", 8));
    log("a.jsonl",
        failed_logon(1, "bob", 1) + failed_logon(2, "bob", 2) + failed_logon(3, "eve", 3) + failed_logon(4, "bob", 4));
  }

 private:
  TempDir logs_ = *TempDir::make(), out_ = *TempDir::make();
};

TEST_F(HuntTest, RowsOfAllFilesAreInOrderOfTime) {
  log_an_attack();
  std::vector<std::string> titles;
  for (const json& row : rows(hunt())) titles.push_back(row["rule_title"]);
  EXPECT_THAT(titles, testing::ElementsAre("Who was started", "Who was started", "Many failed logons"))
      << "the rule of the correlation gives no rows of its own";
}

TEST_F(HuntTest, CorrelationNamesItsEventsAndItsGroup) {
  log_an_attack();
  const json row = rows(hunt()).back();
  EXPECT_EQ(row["level"], "critical");
  EXPECT_EQ(row["host"], "DC-01");
  EXPECT_EQ(row["fields"], json({{"TargetUserName", "bob"}}));
  EXPECT_EQ(row["value"], 3);
  ASSERT_EQ(row["events"].size(), 3U);
  EXPECT_EQ(row["events"][2]["record_id"], 4);
  EXPECT_THAT(row["events"][2]["file"].get<std::string>(), HasSubstr("a.jsonl"));
  EXPECT_EQ(row["record_id"], nullptr);
}

TEST_F(HuntTest, AnyNumberOfThreadsGivesTheSameBytes) {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    text += process(i % 60, "PC-" + std::to_string(i % 7), "whoami " + std::to_string(i), i);
    text += failed_logon(i % 60, "user" + std::to_string(i % 3), 1000 + i);
  }
  for (int f = 0; f < 6; ++f) log("f" + std::to_string(f) + ".jsonl", text);
  const std::string alone = hunt(OutputFormat::Jsonl, 1).text;
  EXPECT_GT(alone.size(), 100'000U);
  for (const unsigned threads : {2U, 3U, 4U}) EXPECT_EQ(hunt(OutputFormat::Jsonl, threads).text, alone) << threads;
  EXPECT_EQ(hunt(OutputFormat::Jsonl, 4, Grouping::SameRuleHostFields).text,
            hunt(OutputFormat::Jsonl, 1, Grouping::SameRuleHostFields).text);
}

TEST_F(HuntTest, GroupingPutsEqualFindingsTogether) {
  log("a.jsonl", process(1, "PC-1", "whoami", 1) + process(5, "PC-1", "whoami", 2) + process(3, "PC-2", "whoami", 3));
  const Run run = hunt(OutputFormat::Jsonl, 1, Grouping::SameRuleHostFields);
  const auto got = rows(run);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0]["count"], 2);
  EXPECT_EQ(got[0]["time"], "2026-11-20T09:00:01.000000Z");
  EXPECT_EQ(got[0]["last"], "2026-11-20T09:00:05.000000Z");
  EXPECT_FALSE(got[1].contains("count"));
  EXPECT_EQ(run.summary["findings"]["total"], 3) << "counts are of findings, not of rows";
}

TEST_F(HuntTest, TimeFilterAlsoKeepsEventsFromCorrelations) {
  log_an_attack();
  RowFilter filter;
  filter.from = *parse_time("2026-11-20T09:01:02Z");
  EXPECT_TRUE(rows(hunt(OutputFormat::Jsonl, 1, Grouping::None, filter)).empty());
}

TEST_F(HuntTest, LevelFilterDoesNotKeepEventsFromCorrelations) {
  log_an_attack();
  RowFilter filter;
  filter.min_level = sigma::Level::Critical;
  EXPECT_EQ(rows(hunt(OutputFormat::Jsonl, 1, Grouping::None, filter)).size(), 1U);
}

TEST_F(HuntTest, SummaryCountsByLevelRuleAndHost) {
  log_an_attack();
  const json summary = hunt().summary;
  EXPECT_EQ(summary["files"], 2);
  EXPECT_EQ(summary["records"], 6);
  EXPECT_EQ(summary["findings"]["by_level"]["high"], 2);
  EXPECT_EQ(summary["findings"]["by_level"]["critical"], 1);
  EXPECT_EQ(summary["findings"]["by_rule"]["11111111-1111-4111-8111-111111111111"], 2);
  EXPECT_EQ(summary["findings"]["by_host"]["PC-1"], 1);
  EXPECT_EQ(summary["findings"]["by_tactic"]["Discovery"], 2);
  EXPECT_EQ(summary["rules"]["loaded"], 3);
}

TEST_F(HuntTest, RuleWithoutItsEventsIsSaidToBeUnableToFire) {
  log("a.jsonl", failed_logon(1, "bob", 1));
  const json rules = hunt().summary["rules"]["cannot_fire"];
  ASSERT_EQ(rules.size(), 1U) << rules.dump();
  EXPECT_EQ(rules[0]["rule_title"], "Who was started");
}

TEST_F(HuntTest, CsvIsSafeForSpreadsheets) {
  log("a.jsonl", process(1, "=cmd|calc", "x,\\\"y\\\"", 1));
  const std::string text = hunt(OutputFormat::Csv).text;
  EXPECT_THAT(text, testing::StartsWith("\xEF\xBB\xBFtime,"));
  EXPECT_THAT(text, Not(HasSubstr(",=cmd")));
  EXPECT_THAT(text, HasSubstr("'=cmd|calc"));
}

TEST_F(HuntTest, TimesketchHasItsThreeColumnsFirst) {
  log_an_attack();
  const std::string text = hunt(OutputFormat::Timesketch).text;
  EXPECT_THAT(text, testing::StartsWith("message,datetime,timestamp_desc,"));
  EXPECT_THAT(text, HasSubstr("2026-11-20T09:00:10.000000Z,Event Logged"));
}

TEST_F(HuntTest, NavigatorLayerScoresTechniques) {
  log_an_attack();
  const json layer = json::parse(hunt(OutputFormat::Navigator).text);
  EXPECT_EQ(layer["versions"]["layer"], "4.5");
  ASSERT_EQ(layer["techniques"].size(), 1U);
  EXPECT_EQ(layer["techniques"][0]["techniqueID"], "T1033");
  EXPECT_EQ(layer["techniques"][0]["score"], 2);
}

TEST_F(HuntTest, TableMakesControlCharactersVisible) {
  log("a.jsonl", process(1, "PC\\u001b[31m", "whoami\\u202e", 1));
  const std::string text = hunt(OutputFormat::Table).text;
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("\\x1b"));
  EXPECT_THAT(text, HasSubstr("Who was started"));
}

TEST_F(HuntTest, HtmlKeepsMarkupOfLogsInsideItsData) {
  log("a.jsonl", process(1, "</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>&\\u2028", 1));
  const std::string text = hunt(OutputFormat::Html).text;
  EXPECT_THAT(text, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(text, Not(HasSubstr("<img")));
  EXPECT_THAT(text, HasSubstr("\\u003cscript\\u003ealert(1)"));
  const std::string open = R"(<script type="application/json" id="data">)";
  const std::size_t begin = text.find(open) + open.size();
  const json data = json::parse(text.substr(begin, text.find("</script>", begin) - begin));
  EXPECT_EQ(data["rows"].size(), 1U);
  EXPECT_EQ(data["hosts"][0]["name"], "</script><script>alert(1)</script>");
}

TEST_F(HuntTest, HtmlAsksForNothingFromOutside) {
  log_an_attack();
  const std::string text = hunt(OutputFormat::Html).text;
  for (const char* outside : {"src=\"http", "href=", "url(", "@import", "fetch(", "XMLHttpRequest", "innerHTML"})
    EXPECT_THAT(text, Not(HasSubstr(outside))) << outside;
  EXPECT_THAT(text, HasSubstr("default-src 'none'"));
  EXPECT_THAT(text, Not(HasSubstr("{{")));
}

}  // namespace
}  // namespace yorozu::hunt
