/// Documents, metadata and what the linter says about them.
#include "sigma/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigma/metadata.h"
#include "sigma/testing.h"

namespace yorozu::sigma {
namespace {

using testing::codes;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::load_text;
using testing::warnings;

constexpr std::string_view kBody = "logsource: {product: windows}\ndetection: {s: {EventID: 1}, condition: s}\n";

RuleSet load_meta(std::string_view metadata) {
  return load_text(std::string(metadata) + "\n" + std::string(kBody));
}

constexpr std::string_view kFull =
    "title: A title\nid: 5F4B1A2E-0f3d-4a8e-9c77-0d5a6f1b2c3d\nname: short\nstatus: test\ndescription: What it finds\n"
    "license: Apache-2.0\nauthor: Somebody\ndate: 2026-11-24\nmodified: 2026-11-25\nlevel: critical\n"
    "references: [https://one.example]\nfalsepositives: Admins\nfields: [User]\n"
    "tags: [attack.credential-access, attack.t1003.001, attack.g0001, cve.2026-1234, d3fend.d3-am, "
    "detection.threat-hunting]\n"
    "title_ja: 題名\ndescription_ja: 説明\nregression_tests_path: x/info.yml\nruletype: own key\n";

TEST(SigmaLoad, MetadataIsReadInFull) {
  const RuleSet set = load_meta(kFull);
  EXPECT_THAT(set.diagnostics, IsEmpty());
  ASSERT_EQ(set.rules.size(), 1U);
  const Metadata& meta = set.rules[0].meta;
  EXPECT_EQ(meta.id, "5f4b1a2e-0f3d-4a8e-9c77-0d5a6f1b2c3d");
  EXPECT_EQ(meta.title, "A title");
  EXPECT_EQ(meta.title_ja, "題名");
  EXPECT_EQ(meta.level, Level::Critical);
  EXPECT_EQ(meta.date, "2026-11-24");
  EXPECT_THAT(meta.falsepositives, ElementsAre("Admins"));
  EXPECT_EQ(meta.tags.size(), 6U);
  EXPECT_THAT(meta.tactics(), ElementsAre("Credential Access"));
  EXPECT_THAT(meta.techniques(), ElementsAre("T1003.001"));
  EXPECT_EQ(meta.file, "test.yml");
  EXPECT_EQ(meta.span.line, 1U);
  EXPECT_EQ(set.rules[0].text_hash.size(), 64U);
}

TEST(SigmaLoad, TacticsAreKnownInOldAndNewSpelling) {
  Metadata meta;
  meta.tags = {"attack.defense_evasion",
               "attack.defense-evasion",
               "attack.Stealth",
               "attack.t1059",
               "attack.t12",
               "attack.t1059.0011",
               "car.2013-01-002",
               "attack.command_and_control"};
  EXPECT_THAT(meta.tactics(), ElementsAre("Defense Evasion", "Stealth", "Command and Control"));
  EXPECT_THAT(meta.techniques(), ElementsAre("T1059"));
}

TEST(SigmaLoad, ADocumentThatIsNotUnderstoodLeavesTheOthers) {
  const RuleSet set =
      load_text("title: [broken\n---\n" + std::string(kFull) + std::string(kBody) + "---\ntitle: nothing else\n");
  EXPECT_EQ(set.documents, 3U);
  EXPECT_EQ(set.failed, 2U);
  EXPECT_EQ(set.rules.size(), 1U);
  EXPECT_THAT(codes(set), ElementsAre("yaml-syntax", "not-a-rule"));
}

TEST(SigmaLoad, ATitleIsNeeded) {
  EXPECT_THAT(codes(load_meta("id: 5f4b1a2e-0f3d-4a8e-9c77-0d5a6f1b2c3d\nlevel: low")), ElementsAre("no-title"));
}

TEST(SigmaLoad, WithoutIdFileAndLineStandInForIt) {
  const RuleSet set = load_meta("# comment\ntitle: x\nlevel: low");
  ASSERT_EQ(set.rules.size(), 1U);
  EXPECT_EQ(set.rules[0].meta.id, "test.yml:2");
  EXPECT_THAT(warnings(set), ElementsAre("no-id"));
}

TEST(SigmaLoad, TheLinterSeesWhatIsWrongWithMetadata) {
  const std::string head = "title: x\nid: 5f4b1a2e-0f3d-4a8e-9c77-0d5a6f1b2c3d\n";
  const auto found = [&](std::string_view line) {
    return warnings(load_meta(head + "level: low\n" + std::string(line)));
  };
  EXPECT_THAT(warnings(load_meta("title: x\nid: not-a-uuid\nlevel: low")), ElementsAre("bad-id"));
  EXPECT_THAT(found("status: finished"), ElementsAre("unknown-status"));
  EXPECT_THAT(found("date: 2026/11/24"), ElementsAre("bad-date"));
  EXPECT_THAT(found("modified: 2026-02-30"), ElementsAre("bad-date"));
  EXPECT_THAT(found("tags: [Attack Execution]"), ElementsAre("bad-tag"));
  EXPECT_THAT(found("taxonomy: ecs"), ElementsAre("other-taxonomy"));
  EXPECT_THAT(found("references: {a: b}"), ElementsAre("bad-metadata"));
  EXPECT_THAT(found("author: [a, b]"), ElementsAre("bad-metadata"));
  EXPECT_THAT(found("related: [{id: x, type: cousin}]"), ElementsAre("bad-metadata"));
  EXPECT_THAT(found("author: a\nauthor: b"), ElementsAre("duplicate-key"));
  EXPECT_THAT(warnings(load_meta(head + "level: severe")), ElementsAre("unknown-level"));
  EXPECT_THAT(warnings(load_meta("title: " + std::string(300, 'x') + "\n" + head.substr(9) + "level: low")),
              ElementsAre("long-title"));
}

TEST(SigmaLoad, ALevelThatIsMissingCountsAsMedium) {
  const RuleSet set = load_meta("title: x\nid: 5f4b1a2e-0f3d-4a8e-9c77-0d5a6f1b2c3d");
  ASSERT_EQ(set.rules.size(), 1U);
  EXPECT_EQ(set.rules[0].meta.level, Level::Medium);
  EXPECT_FALSE(set.rules[0].meta.has_level);
}

TEST(SigmaLoad, TheLogsourceIsLowerCaseAndNeeded) {
  const std::string head =
      "title: x\nid: 5f4b1a2e-0f3d-4a8e-9c77-0d5a6f1b2c3d\nlevel: low\ndetection: {s: {A: 1}, condition: s}\n";
  const RuleSet set =
      load_text(head + "logsource: {product: Windows, category: Process_Creation, definition: Needs Auditing}\n");
  ASSERT_EQ(set.rules.size(), 1U);
  EXPECT_EQ(set.rules[0].logsource.product, "windows");
  EXPECT_EQ(set.rules[0].logsource.category, "process_creation");
  EXPECT_EQ(set.rules[0].logsource.definition, "Needs Auditing");
  EXPECT_THAT(codes(load_text(head)), ElementsAre("no-logsource"));
  EXPECT_THAT(codes(load_text(head + "logsource: {}\n")), ElementsAre("bad-logsource"));
  EXPECT_THAT(codes(load_text(head + "logsource: {product: [a, b]}\n")), ElementsAre("bad-logsource"));
}

TEST(SigmaLoad, RepeatedIdsAreReported) {
  const RuleSet set =
      load_text(std::string(kFull) + std::string(kBody) + "---\n" + std::string(kFull) + std::string(kBody));
  EXPECT_EQ(set.rules.size(), 2U);
  EXPECT_THAT(warnings(set), ElementsAre("duplicate-id"));
}

TEST(SigmaLoad, RepeatedSectionsAreErrors) {
  EXPECT_THAT(codes(load_text(std::string(kFull) + std::string(kBody) + "detection: {s: {A: 2}, condition: s}\n")),
              ElementsAre("duplicate-key"));
}

TEST(SigmaLoad, OldActionsAreRefusedWithAHint) {
  const RuleSet set = load_text("action: global\ntitle: x\n---\ndetection: {s: {A: 1}, condition: s}\n");
  EXPECT_THAT(codes(set), Contains("old-action"));
}

TEST(SigmaLoad, ADocumentIsOneThing) {
  EXPECT_THAT(codes(load_meta(std::string(kFull) + "filter: {}")), ElementsAre("not-a-rule"));
  EXPECT_THAT(codes(load_text("- a\n- b\n")), ElementsAre("not-a-rule"));
  EXPECT_THAT(codes(load_text("just text\n")), ElementsAre("not-a-rule"));
}

TEST(SigmaLoad, AnEmptyFileIsReported) {
  EXPECT_THAT(warnings(load_text("# nothing\n")), ElementsAre("empty-file"));
}

TEST(SigmaLoad, Dates) {
  EXPECT_TRUE(is_date("2024-02-29"));
  for (const char* text :
       {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "24-01-01", "2024-01-32", "", "2024-01-0x"})
    EXPECT_FALSE(is_date(text)) << text;
}

}  // namespace
}  // namespace yorozu::sigma
