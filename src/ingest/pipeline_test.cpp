#include "ingest/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "base/file.h"
#include "ingest/test_archive.h"
#include "sigma/load.h"

namespace yorozu::ingest {
namespace {

using event::RetentionGroup;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MemoryArchive;

constexpr const char* kRules = R"(title: SSH logon failed
id: 10000000-0000-4000-8000-000000000001
name: ssh_failed
logsource: {product: linux, service: sshd}
detection:
  s: {Message|contains: Failed password}
  condition: s
level: low
---
title: SSH brute force
id: 10000000-0000-4000-8000-000000000002
correlation:
  type: event_count
  rules: [ssh_failed]
  group-by: [source_ip]
  timespan: 5m
  condition: {gte: 5}
  generate: true
level: high
)";
constexpr const char* kOtherRules = R"(title: SSH logon failed, judged anew
id: 20000000-0000-4000-8000-000000000001
logsource: {product: linux, service: sshd}
detection:
  s: {Message|contains: Failed password}
  condition: s
level: medium
)";

class PipelineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder_);
    options_.sequencer.tolerance_us = 1'000'000;
    options_.sequencer.correlation_state = folder_->path() / "correlation.state";
  }
  std::shared_ptr<const detect::CompiledRules> compiled(const std::string& text) {
    const sigma::RuleText rules[] = {{"rules.yml", text}};
    auto out = detect::compile(sigma::load(rules), schema_, event::LogsourceMap::builtin());
    EXPECT_TRUE(out);
    EXPECT_TRUE(detect::rules_of(**out).diagnostics.empty() || detect::rules_of(**out).failed == 0);
    return *out;
  }
  void open(const std::string& rules = kRules) {
    auto pipeline = Pipeline::open(archive_, schema_, event::LogsourceMap::builtin(), compiled(rules), options_,
                                   [this] { return Timestamp{now_us_.load()}; });
    ASSERT_TRUE(pipeline) << pipeline.error().message;
    pipeline_ = std::move(*pipeline);
  }
  static std::string failed_logon(int n, const std::string& from = "203.0.113.9") {
    return "<38>Nov 14 22:13:" + std::to_string(20 + n % 40) + " gate sshd[99]: Failed password for root from " + from +
           " port " + std::to_string(40000 + n) + " ssh2";
  }
  FrameBatch batch_of(const std::vector<std::string>& messages) {
    FrameBatch out;
    out.input = "syslog.tcp";
    out.peer = "192.0.2.7";
    out.source_class = event::SourceClass::Server;
    out.counters = &counters_;
    for (const std::string& message : messages) out.add({now_us_.load()}, message);
    return out;
  }
  /// Waits until the messages are durable.
  Result<void> send(const std::vector<std::string>& messages) {
    FrameBatch batch = batch_of(messages);
    auto answered = std::make_shared<std::promise<Result<void>>>();
    batch.done = [answered](const Result<void>& result) { answered->set_value(result); };
    while (!pipeline_->try_push(batch)) std::this_thread::yield();
    return answered->get_future().get();
  }
  /// Lets time go on until nothing waits for late events any more.
  void settle() {
    now_us_ += 2'000'000;
    ASSERT_TRUE(send({"anything"}));
  }
  std::vector<std::string> titles() const {
    std::vector<std::string> out;
    for (const json& finding : archive_.findings()) out.push_back(finding["rule_title"]);
    return out;
  }

  Result<TempDir> folder_ = TempDir::make("yorozu-pipeline");
  std::atomic<std::int64_t> now_us_ = 1'700'000'100'000'000;  // after the events
  event::Schema schema_;
  MemoryArchive archive_;
  InputCounters counters_;
  PipelineOptions options_;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(PipelineTest, LinesAreKeptByteForByteWithWhereTheyCameFrom) {
  open();
  ASSERT_TRUE(send({"<13>hello \x8e\xa2 \"quoted\"", "second"}));
  const auto lines = archive_.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].seq, 1U);
  EXPECT_EQ(lines[0].raw, "<13>hello \x8e\xa2 \"quoted\"");
  EXPECT_EQ(lines[0].input, "syslog.tcp");
  EXPECT_EQ(lines[0].peer, "192.0.2.7");
  EXPECT_EQ(lines[1].seq, 2U);
  EXPECT_EQ(counters_.decoded + counters_.undecoded, 2U);
}

TEST_F(PipelineTest, ALineWhoseTimeNamesNoZoneSaysInWhichItWasTaken) {
  open();
  const auto zone = std::make_shared<const TimeZone>(*TimeZone::named("Asia/Tokyo"));
  std::promise<void> durable;
  FrameBatch batch = batch_of({failed_logon(1), "<38>1 2026-11-24T10:02:03+01:00 web1 sshd 42 - - x"});
  batch.add({now_us_.load()}, failed_logon(2), R"({"path":"/var/log/auth.log"})");
  batch.zone = zone;
  batch.done = [&](const Result<void>&) { durable.set_value(); };
  while (!pipeline_->try_push(batch)) std::this_thread::yield();
  durable.get_future().get();
  std::vector<proof::Line> lines = archive_.lines();
  std::erase_if(lines, [](const proof::Line& line) { return line.input == "yorozu.detect"; });
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].via_value("zone"), "Asia/Tokyo");
  EXPECT_TRUE(lines[1].via.empty());
  EXPECT_EQ(lines[2].via_value("path"), "/var/log/auth.log");
  EXPECT_EQ(lines[2].via_value("zone"), "Asia/Tokyo");
  EXPECT_EQ(archive_.findings().at(0)["time"], "2023-11-14T13:13:21.000000Z");
}

TEST_F(PipelineTest, AFindingStandsBehindItsEventAndNamesIt) {
  open();
  ASSERT_TRUE(send({failed_logon(1)}));
  const auto findings = archive_.findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0]["rule_title"], "SSH logon failed");
  EXPECT_EQ(findings[0]["events"], json::array({1}));
  EXPECT_EQ(findings[0]["host"], "gate");
  EXPECT_EQ(archive_.lines()[1].seq, 2U);
  EXPECT_NE(archive_.groups()[0], RetentionGroup::Yorozu);
  EXPECT_EQ(archive_.groups()[1], RetentionGroup::Yorozu);
}

TEST_F(PipelineTest, CorrelationsSeeEventsOfDifferentBatches) {
  open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send({failed_logon(i)}));
  settle();
  pipeline_->stop();
  EXPECT_THAT(titles(), ::testing::Contains("SSH brute force"));
  for (const json& finding : archive_.findings())
    if (finding["kind"] == "correlation") {
      EXPECT_EQ(finding["fields"]["source_ip"], "203.0.113.9");
      EXPECT_EQ(finding["events_total"], 5);
    }
}

TEST_F(PipelineTest, ARestartContinuesOpenWindows) {
  open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send({failed_logon(i)}));
  pipeline_.reset();
  open();
  for (int i = 3; i < 5; ++i) ASSERT_TRUE(send({failed_logon(i)}));
  settle();
  pipeline_->stop();
  EXPECT_THAT(titles(), ::testing::Contains("SSH brute force").Times(1));
}

TEST_F(PipelineTest, AKillBetweenSavesLosesAndRepeatsNoFinding) {
  open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send({failed_logon(i)}));
  pipeline_.reset();  // saved with three
  const auto saved = read_file(options_.sequencer.correlation_state);
  ASSERT_TRUE(saved);
  open();
  for (int i = 3; i < 6; ++i) ASSERT_TRUE(send({failed_logon(i)}));
  settle();
  pipeline_.reset();
  EXPECT_THAT(titles(), ::testing::Contains("SSH brute force").Times(1));
  // As if the program had been killed before it saved again: the old state, the whole archive.
  ASSERT_TRUE(write_file_atomic(options_.sequencer.correlation_state, *saved));
  open();
  ASSERT_TRUE(send({failed_logon(7)}));
  settle();
  pipeline_->stop();
  EXPECT_THAT(titles(), ::testing::Contains("SSH brute force").Times(1));
}

TEST_F(PipelineTest, HistoryOfAFileIsJudgedByItsOwnTimesAndNotByWhenItWasRead) {
  open();
  FrameBatch batch = batch_of({});
  batch.input = "file";
  const auto at = [&](const std::string& time, const std::string& from) {
    batch.add({now_us_.load()}, time + " gate sshd[9]: Failed password for root from " + from + " port 1 ssh2");
  };
  for (int day = 1; day <= 9; ++day) at("2023-10-0" + std::to_string(day) + "T08:00:00Z", "203.0.113.1");
  for (int second = 10; second < 15; ++second) at("2023-10-20T08:00:" + std::to_string(second) + "Z", "203.0.113.2");
  std::promise<void> answered;
  batch.done = [&](const Result<void>&) { answered.set_value(); };
  ASSERT_TRUE(pipeline_->try_push(batch));
  answered.get_future().wait();
  now_us_ += 6'000'000;  // quiet for a while: nothing older will come
  ASSERT_TRUE(send({"anything"}));
  pipeline_->stop();
  std::vector<json> found;
  for (const json& finding : archive_.findings())
    if (finding["kind"] == "correlation") found.push_back(finding);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["fields"]["source_ip"], "203.0.113.2");
  EXPECT_EQ(found[0]["time"], "2023-10-20T08:00:14.000000Z");
}

TEST_F(PipelineTest, AFailedCommitIsRepeatedAndAcknowledgedOnlyThen) {
  open();
  archive_.fail_next(3);
  ASSERT_TRUE(send({failed_logon(1)}));
  EXPECT_EQ(archive_.failed(), 3);
  EXPECT_EQ(archive_.lines().size(), 2U);  // once, with its finding
  EXPECT_EQ(pipeline_->status().problem, "");
}

TEST_F(PipelineTest, WhileTheDiskIsFullNothingIsTakenInAndTheReasonIsShown) {
  open();
  archive_.fail_next(1'000'000);
  FrameBatch batch = batch_of({"lost?"});
  std::promise<Result<void>> answered;
  batch.done = [&](const Result<void>& result) { answered.set_value(result); };
  ASSERT_TRUE(pipeline_->try_push(batch));
  while (pipeline_->status().failed_commits == 0) std::this_thread::yield();
  FrameBatch next = batch_of({"later"});
  EXPECT_FALSE(pipeline_->try_push(next));
  EXPECT_THAT(pipeline_->status().problem, HasSubstr("full"));
  pipeline_->stop();
  EXPECT_FALSE(answered.get_future().get());  // told, not acknowledged
  EXPECT_TRUE(archive_.lines().empty());
}

TEST_F(PipelineTest, ReloadedRulesJudgeWhatComesNext) {
  open();
  ASSERT_TRUE(send({failed_logon(1)}));
  ASSERT_TRUE(pipeline_->reload(compiled(kOtherRules)));
  ASSERT_TRUE(send({failed_logon(2)}));
  pipeline_->stop();
  EXPECT_THAT(titles(), ElementsAre("SSH logon failed", "SSH logon failed, judged anew"));
}

TEST_F(PipelineTest, AReloadKeepsWindowsOpen) {
  open();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(send({failed_logon(i)}));
  ASSERT_TRUE(pipeline_->reload(compiled(std::string(kRules) + "---\n" + kOtherRules)));
  ASSERT_TRUE(send({failed_logon(4)}));
  settle();
  pipeline_->stop();
  EXPECT_THAT(titles(), ::testing::Contains("SSH brute force").Times(1));
}

TEST_F(PipelineTest, CorrelationsThatAreNewSeeWhatIsStillInsideTheirWindow) {
  open(kOtherRules);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(send({failed_logon(i)}));
  ASSERT_TRUE(pipeline_->reload(compiled(kRules)));
  ASSERT_TRUE(send({failed_logon(4)}));
  settle();
  pipeline_->stop();
  EXPECT_THAT(titles(), ::testing::Contains("SSH brute force").Times(1));
}

TEST_F(PipelineTest, AFloodOfOneRuleIsCountedAndTold) {
  options_.sequencer.findings_per_minute = 10;
  open(kOtherRules);
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back(failed_logon(i));
  ASSERT_TRUE(send(many));
  EXPECT_EQ(archive_.findings().size(), 10U);
  now_us_ += 61'000'000;
  ASSERT_TRUE(send({"anything"}));
  pipeline_->stop();
  const auto findings = archive_.findings();
  ASSERT_EQ(findings.size(), 11U);
  EXPECT_EQ(findings[10]["kind"], "suppressed");
  EXPECT_EQ(findings[10]["events_total"], 90);
  EXPECT_EQ(pipeline_->status().suppressed, 90U);
}

TEST_F(PipelineTest, AnAlertOfSuricataBecomesAFinding) {
  open();
  FrameBatch batch = batch_of(
      {R"({"timestamp":"2023-11-14T22:13:20.000000+0000","flow_id":1,"event_type":"alert","src_ip":"203.0.113.9","src_port":1,)"
       R"("dest_ip":"192.0.2.1","dest_port":22,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2001219,)"
       R"("rev":1,"signature":"ET SCAN Potential SSH Scan","category":"Attempted Information Leak","severity":2}})"});
  batch.input = "json";
  std::promise<void> answered;
  batch.done = [&](const Result<void>&) { answered.set_value(); };
  ASSERT_TRUE(pipeline_->try_push(batch));
  answered.get_future().wait();
  const auto findings = archive_.findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0]["rule_id"], "suricata:2001219");
  EXPECT_EQ(findings[0]["level"], "medium");
}

TEST_F(PipelineTest, AnEventOfSeveralFramesIsJudgedOnceAndNamesThemAll) {
  open(R"(title: Listener started
id: 30000000-0000-4000-8000-000000000001
logsource: {product: linux, service: auditd}
detection:
  s: {type: EXECVE, a0: nc, SYSCALL: execve}
  condition: s
level: high
)");
  const std::string head = "<13>Nov 14 22:13:20 gate audispd: type=";
  ASSERT_TRUE(send({head + "SYSCALL msg=audit(1700000000.100:7): arch=c000003e syscall=59 success=yes"}));
  ASSERT_TRUE(send({"between"}));
  ASSERT_TRUE(send({head + R"(EXECVE msg=audit(1700000000.100:7): argc=2 a0="nc" a1="-l")",
                    head + "EOE msg=audit(1700000000.100:7): "}));
  pipeline_->stop();
  const auto findings = archive_.findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0]["events"], json::array({1, 3, 4}));
  EXPECT_EQ(findings[0]["host"], "gate");
}

TEST_F(PipelineTest, LinesOfOurOwnAreDurableOnReturnAndNoRuleJudgesThem) {
  open();
  ASSERT_TRUE(pipeline_->write_own("yorozu.audit", R"({"act":"Failed password for root"})"));
  ASSERT_EQ(archive_.lines().size(), 1U);
  EXPECT_EQ(archive_.lines()[0].input, "yorozu.audit");
  EXPECT_TRUE(archive_.findings().empty());
}

TEST_F(PipelineTest, ManyThreadsLoseNothingAndKeepTheOrderOfEachStream) {
  open();
  constexpr int kStreams = 4, kBatches = 50;
  std::atomic<int> durable = 0;
  std::vector<std::thread> senders;
  for (int stream = 0; stream < kStreams; ++stream)
    senders.emplace_back([&, stream] {
      for (int i = 0; i < kBatches; ++i) {
        FrameBatch batch = batch_of({std::to_string(stream) + " " + std::to_string(i)});
        batch.stream = static_cast<std::uint64_t>(stream);
        batch.done = [&](const Result<void>& result) { durable += result ? 1 : 0; };
        while (!pipeline_->try_push(batch)) std::this_thread::yield();
      }
    });
  for (std::thread& sender : senders) sender.join();
  pipeline_->stop();
  EXPECT_EQ(durable, kStreams * kBatches);
  std::vector<int> next(kStreams, 0);
  for (const proof::Line& line : archive_.lines()) {
    const int stream = line.raw[0] - '0';
    EXPECT_EQ(line.raw, std::to_string(stream) + " " + std::to_string(next[static_cast<std::size_t>(stream)]++));
  }
}

}  // namespace
}  // namespace yorozu::ingest
