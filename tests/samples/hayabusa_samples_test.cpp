// hayabusa-rules put an XML event into a rule that the rule should match. Each does, but for those that are explained.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/test_data.h"
#include "codec/formats/formats.h"
#include "sigma/load.h"
#include "sigma/naive.h"
#include "sigma/yaml_tree.h"

namespace {

namespace fs = std::filesystem;
using namespace yorozu;

enum class Outcome { Matches, DoesNot, NoRule, NoEvent };

std::string_view name_of(Outcome outcome) {
  constexpr std::string_view kNames[] = {"matches", "does not match", "rule not read", "event not read"};
  return kNames[static_cast<std::size_t>(outcome)];
}

std::vector<std::string> samples_of(std::string_view text) {
  std::vector<std::string> out;
  for (const sigma::YamlText& document : sigma::split_documents(text)) {
    const auto root = sigma::parse_document(document);
    if (!root) continue;
    for (const char* key : {"sample-evtx", "hayabusa-sample-evtx"})
      if (const sigma::YamlNode* sample = root->find(key);
          sample != nullptr && sample->text.find('<') != std::string::npos)
        out.push_back(sample->text);
  }
  return out;
}

Outcome try_sample(const sigma::RuleSet& rules, const std::string& sample) {
  const event::LogsourceMap& map = event::LogsourceMap::builtin();
  event::Schema schema;
  event::EventBatch batch;
  codec::UnitReport report;
  codec::Unit unit;
  unit.bytes = as_bytes(sample);
  unit.at_end = true;
  codec::make_decoder(codec::Format::Xml, schema, map, {})->decode(unit, batch, report);
  if (batch.events.empty() || !report.damages.empty()) return Outcome::NoEvent;
  if (rules.rules.empty()) return Outcome::NoRule;
  const bool hit = std::ranges::any_of(rules.rules, [&](const sigma::Rule& rule) {
    return std::ranges::any_of(
        batch.events, [&](const event::Event& event) { return sigma::matches(rule, event, batch, schema, map); });
  });
  return hit ? Outcome::Matches : Outcome::DoesNot;
}

/// Rules whose sample is not matched, and why that is right.
const std::map<std::string, std::string> kExplained = {
    {"OAlerts_300_Info_OfficeAppPopUp.yml", "its logsource is the Security log, its event is of the channel OAlerts"},
    {"RDS_Gateway_302_Info_LogonSuccess.yml", "RdsGtwErrorCode is hayabusa's own name of a field"},
    {"Sec_4625_Med_LogonFail_UserGuessing_Cnt_Deprecated.yml", "an old aggregation: the rule is refused"},
    {"Sec_4625_Med_LogonFail_UserGuessing_Correlation.yml", "its filter excludes the sample: IpAddress is '-'"},
    {"Sec_4625_Med_LogonFail_WrongPW_PW-Guessing_Cnt_Deprecated.yml", "an old aggregation: the rule is refused"},
    {"Sec_4741_Info_CmpAcctCreated.yml", "the sample is an EventData element, no event"},
    {"Sys_1001_Med_BSOD.yml", "ProviderName is hayabusa's own name of a field"},
    {"Sys_104_High_ImportantLogCleared.yml", "LogFileClearedChannel is hayabusa's own name of a field"},
    {"Sysmon_11_Info_FileCreated.yml", "the rule wants RuleName, which this event has not"},
    {"Sysmon_19_Info_WmiEventFilterActivity.yml", "the sample is not well-formed XML"},
    {"WMI_5861_Med_FilterToConsumerBinding_CmdExec.yml", "UserDataPossibleCause is hayabusa's own name of a field"},
};

TEST(HayabusaSamples, EachRuleMatchesItsOwnEvent) {
  const auto data = shared_data();
  if (!data || !fs::exists(*data / "hayabusa-rules")) GTEST_SKIP() << kNoSharedData;
  std::map<std::string, std::string> not_matched;
  std::size_t matched = 0;
  for (const auto& entry : fs::recursive_directory_iterator(*data / "hayabusa-rules")) {
    if (entry.path().extension() != ".yml") continue;
    const auto text = read_file(entry.path());
    ASSERT_TRUE(text);
    const sigma::RuleText rule_text{entry.path().filename().string(), *text};
    const sigma::RuleSet rules = sigma::load({&rule_text, 1});
    for (const std::string& sample : samples_of(*text)) {
      const Outcome outcome = try_sample(rules, sample);
      if (outcome == Outcome::Matches)
        ++matched;
      else
        not_matched.emplace(rule_text.file, name_of(outcome));
    }
  }
  for (const auto& [file, outcome] : not_matched) EXPECT_TRUE(kExplained.contains(file)) << file << ": " << outcome;
  for (const auto& [file, why] : kExplained) EXPECT_TRUE(not_matched.contains(file)) << file << " matches now";
  EXPECT_EQ(matched, 63U);
}

}  // namespace
