// Search without a server: an archive folder as it lies on a disk or medium.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "archive/search/test_archive.h"
#include "search/logons.h"
#include "serve/running_server.h"

namespace yorozu::test {
namespace {

using archive::search::testing::TestArchive;
using testing::HasSubstr;

class SearchFolder : public ::testing::Test {
 protected:
  SearchFolder() {
    for (const std::string& line : sshd_lines()) archive_.commit("syslog.tcp", line);
    archive_.seal();
    for (const std::string& document : windows_documents()) archive_.commit("bulk", document);  // not sealed yet
  }
  Outcome search(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "search");
    arguments.insert(arguments.end(), {"--data", archive_.path().string()});
    return run_yorozu(arguments);
  }

  TestArchive archive_;
};

TEST_F(SearchFolder, OneLineSaysWhoFailedToLogInYesterdayFromWhereAndHowOften) {
  std::vector<std::string> question = kWhoFailedYesterday;
  question.insert(question.end(), {"--data", archive_.path().string()});
  const Outcome got = run_yorozu(question);
  EXPECT_EQ(got.out, kAnswer) << got.err;
  EXPECT_EQ(got.status, 0);
}

TEST_F(SearchFolder, ACopyOfTheArchiveAnswersTheSame) {
  const TempDir medium = *TempDir::make("yorozu-medium");
  const auto copy = medium.path() / "archive";
  std::filesystem::copy(archive_.folders().archive, copy, std::filesystem::copy_options::recursive);
  for (const std::string& place : {copy.string(), medium.path().string()}) {
    std::vector<std::string> question = kWhoFailedYesterday;
    question.insert(question.end(), {"--data", place});
    EXPECT_EQ(run_yorozu(question).out, kAnswer) << place;
    question.emplace_back("--no-index");
    EXPECT_EQ(run_yorozu(question).out, kAnswer) << place;
  }
}

TEST_F(SearchFolder, RowsOfJsonCarryTheEventAndItsPlace) {
  const Outcome got = search({"event.code:4625", "--format", "jsonl"});
  std::istringstream lines(got.out);
  std::vector<nlohmann::json> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(rows.size(), 3U) << got.err;
  EXPECT_GT(rows[0]["seq"], rows[1]["seq"]) << "newest first";
  for (const char* key : {"seq", "time", "received", "input", "raw", "fields"})
    EXPECT_TRUE(rows[0].contains(key)) << key;
  EXPECT_EQ(rows[0]["fields"]["TargetUserName"], "tanaka");
  EXPECT_EQ(rows[2]["raw"], windows_documents()[0]);
}

TEST_F(SearchFolder, EveryFormatAnswers) {
  EXPECT_EQ(search({"alice accepted", "--format", "raw"}).out, sshd_lines()[4] + "\n");
  const Outcome csv = search({"failed | top 1 user.name", "--format", "csv"});
  EXPECT_EQ(csv.out, "\xEF\xBB\xBFuser.name,count,percent\r\nbob,5,83.33\r\n") << csv.err;
  const Outcome columns = search({"event.code:4625 | fields user.name, source.ip | limit 1"});
  EXPECT_EQ(columns.out, "user.name  source.ip\ntanaka     192.168.1.50\n");
  EXPECT_THAT(search({"accepted", "--tz", "UTC"}).out, HasSubstr("web1  <38>1 "));
}

TEST_F(SearchFolder, LimitsAndTimesAreKept) {
  EXPECT_EQ(search({"* | stats count", "--format", "raw"}).out, "10\n");
  EXPECT_EQ(search({"*", "--format", "raw", "--limit", "2"}).out,
            windows_documents()[2] + "\n" + windows_documents()[1] + "\n");
  EXPECT_EQ(search({"* | stats count", "--from", "今日", "--format", "raw"}).out, "1\n");
  EXPECT_EQ(search({"* | stats count", "--to", "yesterday", "--format", "raw"}).out, "2\n");
}

TEST_F(SearchFolder, NothingFoundIsNoFailure) {
  const Outcome got = search({"nosuchword"});
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(got.out, "");
}

TEST_F(SearchFolder, ExplainSaysWhatWasRead) {
  const Outcome got = search({"alice", "--explain"});
  EXPECT_THAT(got.err, HasSubstr("blocks read: "));
  EXPECT_EQ(got.out.find("blocks"), std::string::npos) << "the answer is alone on standard output";
}

TEST_F(SearchFolder, MistakesAreShownInTheirPlace) {
  const Outcome got = search({"failed | stast count"});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("           ^ stast is no stage"));
  EXPECT_THAT(got.err, HasSubstr("Did you mean stats?"));
  EXPECT_EQ(search({"x", "--from", "someday"}).status, 2);
  EXPECT_THAT(search({"user.nmae:bob"}).err, HasSubstr("user.name"));
  const Outcome nowhere = run_yorozu({"search", "x", "--data", "/nonexistent/yorozu"});
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("There is no archive in /nonexistent/yorozu"));
  EXPECT_THAT(run_yorozu({"search", "x", "--data", "/nonexistent/yorozu", "--lang", "ja"}).err,
              HasSubstr("/nonexistent/yorozu にアーカイブがありません"));
  EXPECT_EQ(run_yorozu({"search", "--data", archive_.path().string()}).status, 2) << "without a query";
}

TEST_F(SearchFolder, SavedSearchesNeedAServerAndSaySo) {
  const Outcome got = search({"--list-saved"});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("yorozu serve"));
}

}  // namespace
}  // namespace yorozu::test
