#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "program.h"

namespace yorozu::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(GrepCommand, FindsTheLineWithTheValue) {
  const Outcome got =
      run_program({"grep", "CommandLine:*shadows* host:pc-keiri-01", testdata("incident.jsonl"), "--format", "jsonl"});
  ASSERT_EQ(got.status, 0) << got.err;
  EXPECT_EQ(json::parse(got.out)["record_id"], 501);
}

TEST(GrepCommand, WrongQueryShowsItsPlace) {
  const Outcome got = run_program({"grep", "a AND (b", testdata("incident.jsonl")});
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("^"));
}

TEST(GrepCommand, TimesWithoutZoneAreOfTheZoneThatWasGiven) {
  const TempDir folder = TempDir::make("yorozu-zone").value();
  const std::string log = (folder.path() / "auth.log").string();
  ASSERT_TRUE(write_file_atomic(
      log, "2026 Nov 24 10:02:03 gate sshd[1]: Failed password for root from 192.0.2.7 port 1 ssh2\n"));
  const auto time = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"grep", "Failed", log, "--format", "jsonl"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome got = run_program(words);
    EXPECT_EQ(got.status, 0) << got.err;
    return json::parse(got.out)["time"].get<std::string>().substr(0, 19);
  };
  EXPECT_EQ(time({"--log-tz", "Asia/Tokyo"}), "2026-11-24T01:02:03");
  EXPECT_EQ(time({"--log-tz", "-05:00"}), "2026-11-24T15:02:03");
  EXPECT_EQ(time({}), "2026-11-24T10:02:03") << "tests run in UTC";
  const Outcome wrong = run_program({"grep", "x", log, "--log-tz", "Nowhere"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("--log-tz: Nowhere is no time zone"));
}

TEST(GrepCommand, NothingFoundIsNotAnError) {
  const Outcome got = run_program({"grep", "nosuchword", testdata("incident.jsonl")});
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(got.out, "");
}

TEST(DumpCommand, JsonKeepsTheShapeOfTheEvent) {
  const Outcome got = run_program({"dump", testdata("incident.jsonl"), "--format", "json"});
  ASSERT_EQ(got.status, 0) << got.err;
  const json first = json::parse(got.out.substr(0, got.out.find('\n')));
  EXPECT_EQ(first["Event"]["System"]["EventRecordID"], 501);
}

TEST(DumpCommand, FieldsAreFlat) {
  const Outcome got = run_program({"dump", testdata("incident.jsonl"), "--format", "fields"});
  ASSERT_EQ(got.status, 0) << got.err;
  const json first = json::parse(got.out.substr(0, got.out.find('\n')));
  EXPECT_EQ(first["Image"], "C:\\Windows\\System32\\vssadmin.exe");
}

TEST(StatsCommand, CountsEventsHostsAndLogons) {
  const Outcome got = run_program({"stats", testdata("incident.jsonl"), "--format", "json"});
  ASSERT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.out, HasSubstr("PC-KEIRI-01"));
  EXPECT_THAT(got.out, HasSubstr("3 network"));
  EXPECT_TRUE(json::accept(got.out));
}

TEST(StatsCommand, TableSpeaksJapaneseToo) {
  const Outcome got = run_program({"stats", testdata("incident.jsonl")}, "ja_JP.UTF-8");
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.out, HasSubstr("ホスト"));
}

}  // namespace
}  // namespace yorozu::test
