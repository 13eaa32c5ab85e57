#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.h"
#include "program.h"

namespace yorozu::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::vector<json> rows(const std::string& jsonl) {
  std::vector<json> out;
  std::istringstream in(jsonl);
  for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
  return out;
}

Outcome hunt(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"hunt", testdata("incident.jsonl"), "--rules", testdata("rule.yml"), "--quiet"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(arguments);
}

TEST(HuntCommand, BareProgramShowsItsUsageAndExitsWithTwo) {
  const Outcome got = run_program({});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.out + got.err, HasSubstr("hunt"));
}

TEST(HuntCommand, HelpIsInTheLanguageOfThePerson) {
  const Outcome english = run_program({"hunt", "--help"}), japanese = run_program({"hunt", "--help"}, "ja_JP.UTF-8");
  EXPECT_EQ(english.status, 0);
  EXPECT_EQ(japanese.status, 0);
  EXPECT_THAT(english.out, HasSubstr("--min-level"));
  EXPECT_THAT(japanese.out, HasSubstr("--min-level"));
  EXPECT_THAT(japanese.out, HasSubstr("ルール"));
  EXPECT_THAT(english.out, Not(HasSubstr("ルール")));
}

TEST(HuntCommand, RowsHaveTheDocumentedKeys) {
  const Outcome got = hunt({"--format", "jsonl"});
  ASSERT_EQ(got.status, 0) << got.err;
  const auto found = rows(got.out);
  ASSERT_EQ(found.size(), 1U) << got.out;
  const json& row = found[0];
  EXPECT_EQ(row["time"], "2026-11-20T09:15:02.123456Z");
  EXPECT_EQ(row["level"], "high");
  EXPECT_EQ(row["rule_id"], "6f0f2e0a-7c1b-4f51-9a52-2f5d2f7d8c01");
  EXPECT_EQ(row["rule_title"], "Shadow copies deleted");
  EXPECT_EQ(row["host"], "PC-KEIRI-01");
  EXPECT_EQ(row["channel"], "Microsoft-Windows-Sysmon/Operational");
  EXPECT_EQ(row["event_id"], 1);
  EXPECT_EQ(row["record_id"], 501);
  EXPECT_EQ(row["line"], 1);
  EXPECT_EQ(row["file"], testdata("incident.jsonl").string());
  EXPECT_EQ(row["techniques"], json::array({"T1490"}));
  EXPECT_EQ(row["fields"]["CommandLine"], "vssadmin.exe delete shadows /all /quiet");
  EXPECT_TRUE(row.contains("tactics"));
}

TEST(HuntCommand, SummaryFileHasTheDocumentedKeys) {
  const auto dir = *TempDir::make();
  const auto file = dir.path() / "summary.json";
  ASSERT_EQ(hunt({"--format", "jsonl", "--summary", file}).status, 0);
  const json summary = json::parse(*read_file(file));
  for (const char* key : {"files", "bytes", "records", "damages", "gaps", "findings", "rules", "seconds"})
    EXPECT_TRUE(summary.contains(key)) << key;
  EXPECT_EQ(summary["records"], 3);
  EXPECT_EQ(summary["findings"]["by_level"]["high"], 1);
  EXPECT_EQ(summary["rules"]["loaded"], 1);
}

TEST(HuntCommand, FailLevelDecidesTheExitStatus) {
  EXPECT_EQ(hunt({"--format", "jsonl", "--fail-level", "high"}).status, 1);
  EXPECT_EQ(hunt({"--format", "jsonl", "--fail-level", "critical"}).status, 0);
}

TEST(HuntCommand, FiltersLeaveOutWhatTheyName) {
  EXPECT_EQ(hunt({"--format", "jsonl", "--min-level", "critical"}).out, "");
  EXPECT_EQ(hunt({"--format", "jsonl", "--from", "2026-11-21T00:00:00Z"}).out, "");
  EXPECT_NE(hunt({"--format", "jsonl", "--to", "2026-11-21T00:00:00Z"}).out, "");
  EXPECT_EQ(hunt({"--format", "jsonl", "--exclude", "host:PC-KEIRI-01"}).out, "");
}

TEST(HuntCommand, MissingPathIsNamedAndExitsWithTwo) {
  const Outcome got = run_program({"hunt", "/no/such/folder", "--quiet"});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("/no/such/folder"));
}

TEST(HuntCommand, UnknownOptionAndValueAreWrongUse) {
  EXPECT_EQ(hunt({"--no-such-option"}).status, 2);
  EXPECT_EQ(hunt({"--format", "paper"}).status, 2);
  EXPECT_EQ(hunt({"--min-level", "severe"}).status, 2);
  EXPECT_EQ(hunt({"--from", "yesterdayish"}).status, 2);
}

TEST(HuntCommand, BrokenLineIsDamageAndTheRestIsRead) {
  const auto dir = *TempDir::make();
  const auto file = dir.path() / "torn.jsonl";
  std::string text = *read_file(testdata("incident.jsonl"));
  ASSERT_TRUE(write_file_atomic(
      file, text.substr(0, text.find('\n') + 1) + "{\"Event\":{\"System\":\n" + text.substr(text.find('\n') + 1)));
  const auto summary_file = dir.path() / "summary.json";
  const Outcome got = run_program(
      {"hunt", file, "--rules", testdata("rule.yml"), "--quiet", "--format", "jsonl", "--summary", summary_file});
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_EQ(rows(got.out).size(), 1U);
  const json summary = json::parse(*read_file(summary_file));
  EXPECT_FALSE(summary["damages"].empty());
  EXPECT_EQ(summary["records"], 3);
}

TEST(HuntCommand, RuleThatIsNotUnderstoodIsCountedAndTheOthersGoOn) {
  const auto dir = *TempDir::make();
  const auto summary_file = dir.path() / "summary.json";
  const Outcome got = hunt({"--rules", testdata("bad_rule.yml"), "--format", "jsonl", "--summary", summary_file});
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(rows(got.out).size(), 1U);
  EXPECT_THAT(json::parse(*read_file(summary_file))["rules"].dump(), HasSubstr("endswiht"));
}

TEST(HuntCommand, HtmlReportEscapesWhatTheLogSays) {
  const Outcome got = hunt({"--format", "html"});
  ASSERT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.out, Not(HasSubstr("<script>alert(1)</script>")));
  EXPECT_THAT(got.out, HasSubstr("vssadmin.exe delete shadows"));
  EXPECT_THAT(got.out, Not(HasSubstr("https://cdn")));
}

TEST(HuntCommand, EveryFormatSaysSomethingParseable) {
  const json layer = json::parse(hunt({"--format", "navigator"}).out);
  EXPECT_EQ(layer["techniques"][0]["techniqueID"], "T1490");
  EXPECT_THAT(hunt({"--format", "csv"}).out, HasSubstr("Shadow copies deleted"));
  EXPECT_THAT(hunt({"--format", "timesketch"}).out, HasSubstr("timestamp_desc"));
  EXPECT_THAT(hunt({"--format", "table"}).out, HasSubstr("Shadow copies deleted"));
}

TEST(HuntCommand, PathMayStandBehindRules) {
  const Outcome got = run_program(
      {"hunt", "--rules", testdata("rule.yml"), testdata("incident.jsonl"), "--quiet", "--format", "jsonl"});
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_EQ(rows(got.out).size(), 1U);
}

TEST(HuntCommand, RulesMayBeGivenSeveralTimes) {
  const Outcome got = hunt({"--rules", testdata("bad_rule.yml"), "--rules", testdata("rule.yml"), "--format", "jsonl"});
  EXPECT_EQ(got.status, 0) << got.err;
}

TEST(HuntCommand, ReadsStandardInput) {
  const Outcome got = run_program({"hunt", "-", "--rules", testdata("rule.yml"), "--quiet", "--format", "jsonl"}, "C",
                                  *read_file(testdata("incident.jsonl")));
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_EQ(rows(got.out).size(), 1U);
}

TEST(HuntCommand, StarterRulesServeWhenNoneAreGiven) {
  const Outcome got = run_program({"hunt", testdata("incident.jsonl"), "--quiet", "--format", "jsonl"});
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_GE(rows(got.out).size(), 2U) << "deleted shadow copies and a cleared log";
}

}  // namespace
}  // namespace yorozu::test
