#include "ingest/finding.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "detect/testing.h"

namespace yorozu::ingest {
namespace {

using nlohmann::json;

std::shared_ptr<const LiveRules> rules_of(const detect::testing::Bench& bench) {
  return make_live_rules(bench.rules);
}

TEST(Finding, SaysRuleEventAndFieldsAsOneObject) {
  const detect::testing::Bench bench(
      {detect::testing::rule_text("Odd \"shell\"", "  s:\n    Image: a.exe\n  condition: s\n")});
  const auto rules = rules_of(bench);
  std::string part;
  append_event_part(
      {{1'700'000'000'000'000}, false, "bulk", "PC1", "Security", 4688, event::kNoRecordId, R"({"Image":"a.exe"})"},
      part);
  const std::uint64_t seq = 42;
  const json finding = json::parse(rule_finding(rules->rules[0], {&seq, 1}, part));
  EXPECT_EQ(finding["kind"], "rule");
  EXPECT_EQ(finding["rule_title"], "Odd \"shell\"");
  EXPECT_EQ(finding["events"], json::array({42}));
  EXPECT_EQ(finding["host"], "PC1");
  EXPECT_EQ(finding["event_id"], 4688);
  EXPECT_TRUE(finding["record_id"].is_null());
  EXPECT_EQ(finding["fields"]["Image"], "a.exe");
  EXPECT_EQ(finding["time"], "2023-11-14T22:13:20.000000Z");
  EXPECT_FALSE(finding.contains("time_used"));
}

TEST(Finding, IdDependsOnRuleTextAndLinesAlone) {
  const std::uint64_t one[] = {1, 2}, other[] = {1, 3};
  EXPECT_EQ(finding_id("r", "h", one), finding_id("r", "h", one));
  EXPECT_NE(finding_id("r", "h", one), finding_id("r", "h", other));
  EXPECT_NE(finding_id("r", "h", one), finding_id("r", "h2", one));
  EXPECT_NE(finding_id("r", "h", one), finding_id("r2", "h", one));
  EXPECT_EQ(finding_id("r", "h", one).size(), 32U);
}

TEST(Finding, SeverityOfSuricataBecomesALevel) {
  const std::uint64_t seq = 1;
  const auto level = [&](std::int64_t severity) {
    return json::parse(device_finding(suricata_alert("2001", "ET \"x\"", severity), {&seq, 1}, "\"fields\":{}"));
  };
  EXPECT_EQ(level(1)["level"], "high");
  EXPECT_EQ(level(2)["level"], "medium");
  EXPECT_EQ(level(3)["level"], "low");
  EXPECT_EQ(level(1)["rule_id"], "suricata:2001");
  EXPECT_EQ(level(1)["rule_title"], "ET \"x\"");
}

}  // namespace
}  // namespace yorozu::ingest
