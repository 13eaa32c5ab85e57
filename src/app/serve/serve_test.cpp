#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/serve/audit.h"
#include "app/serve/data_folder.h"
#include "app/serve/rule_keeper.h"

namespace yorozu::serve {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Timestamp kTime = *parse_time("2026-11-25T01:02:03Z");

TEST(Audit, TheLineSaysWhoDidWhatWhen) {
  EXPECT_EQ(audit_text("token.add", {0, 42}, "root", {{"name", "ノートPC"}}, kTime),
            R"({"time":"2026-11-25T01:02:03.000000Z","action":"token.add","uid":0,"user":"root","pid":42,)"
            R"("detail":{"name":"ノートPC"}})");
}

TEST(Audit, WhatCannotBeRecordedIsNotDone) {
  const Audit audit([](std::string_view, std::string) -> Result<void> { return fail(ErrorCode::Io, "disk full"); },
                    [] { return kTime; });
  const auto noted = audit.before("token.add", {}, json::object());
  ASSERT_FALSE(noted);
  EXPECT_THAT(noted.error().message, HasSubstr("disk full"));
}

TEST(DataFolderPlace, WhatThePersonNamesCounts) {
  EXPECT_EQ(find_data_folder("/srv/y/").path, "/srv/y/");
  EXPECT_TRUE(find_data_folder("relative").path.is_absolute());
}

class Rules : public testing::Test {
 protected:
  static std::string rule(const std::string& id, const std::string& word) {
    return "title: T" + id + "\nid: 00000000-0000-4000-8000-00000000000" + id +
           "\nlogsource:\n  product: linux\ndetection:\n  k:\n    - '" + word + "'\n  condition: k\n";
  }
  /// A tar archive by hand: one file a rule, as `yorozu rules update` packs it.
  Fd pack(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string tar;
    for (const auto& [name, text] : files) {
      std::string header(512, '\0');
      const auto put = [&](std::size_t at, const std::string& value) { header.replace(at, value.size(), value); };
      char size[12];
      std::snprintf(size, sizeof size, "%011zo", text.size());
      put(0, name);
      put(100, "0000644");
      put(124, size);
      put(136, "00000000000");
      put(148, "        ");
      put(156, "0");
      put(257, std::string("ustar\0", 6) + "00");
      unsigned sum = 0;
      for (const char c : header) sum += static_cast<unsigned char>(c);
      char checksum[8];
      std::snprintf(checksum, sizeof checksum, "%06o", sum);
      put(148, std::string(checksum, 7));
      tar += header + text + std::string((512 - text.size() % 512) % 512, '\0');
    }
    tar += std::string(1024, '\0');
    const auto path = folder_->path() / ("pack" + std::to_string(++packs_) + ".tar");
    EXPECT_TRUE(write_file_atomic(path, tar));
    return std::move(*open_for_reading(path));
  }
  RuleKeeper keeper(config::Detect options = {}) {
    return RuleKeeper({folder_->path()}, std::move(options), schema_, event::LogsourceMap::builtin(), 1);
  }
  static Result<void> accept(const std::shared_ptr<const detect::CompiledRules>&) { return {}; }
  std::size_t loaded(RuleKeeper& keeper) {
    auto rules = keeper.load([this](const std::string& problem) { reports_.push_back(problem); });
    EXPECT_TRUE(rules);
    return rules ? detect::rules_of(**rules).rules.size() : 0;
  }

  Result<TempDir> folder_ = TempDir::make();
  event::Schema schema_;
  int packs_ = 0;
  std::vector<std::string> reports_;
};

TEST_F(Rules, TheStarterRulesAreThereBeforeAnyUpdate) {
  RuleKeeper rules = keeper();
  EXPECT_GT(loaded(rules), 10U);
  EXPECT_EQ(rules.state().origin, "starter rules");
}

TEST_F(Rules, AnUpdateSaysWhatItChangesAndIsThereAfterARestart) {
  {
    RuleKeeper rules = keeper();
    ASSERT_TRUE(rules.update(pack({{"a.yml", rule("1", "one")}, {"b.yml", rule("2", "two")}}), accept));
    const auto changes = rules.update(pack({{"b.yml", rule("2", "zwei")}, {"c.yml", rule("3", "three")}}), accept);
    ASSERT_TRUE(changes);
    EXPECT_THAT(changes->added, ElementsAre(HasSubstr("T3")));
    EXPECT_THAT(changes->changed, ElementsAre(HasSubstr("T2")));
    EXPECT_THAT(changes->removed, ElementsAre(HasSubstr("T1")));
  }
  RuleKeeper again = keeper();
  EXPECT_EQ(loaded(again), 2U);
  EXPECT_EQ(again.state().origin, "update");
}

TEST_F(Rules, ComparingChangesNothing) {
  RuleKeeper rules = keeper();
  ASSERT_TRUE(rules.compare(pack({{"a.yml", rule("1", "one")}})));
  EXPECT_FALSE(std::filesystem::exists(folder_->path() / "rules/current.tar"));
}

TEST_F(Rules, ASetWithoutAUsableRuleIsRefused) {
  RuleKeeper rules = keeper();
  EXPECT_FALSE(rules.update(pack({{"a.yml", "title: broken\ndetection:\n  condition: nothing\n"}}), accept));
  EXPECT_FALSE(rules.update(pack({}), accept));
  EXPECT_FALSE(std::filesystem::exists(folder_->path() / "rules/current.tar"));
}

TEST_F(Rules, ASetThatThePipelineRefusesIsNotKept) {
  RuleKeeper rules = keeper();
  const auto refuse = [](const std::shared_ptr<const detect::CompiledRules>&) -> Result<void> {
    return fail(ErrorCode::Internal, "no");
  };
  EXPECT_FALSE(rules.update(pack({{"a.yml", rule("1", "one")}}), refuse));
  EXPECT_FALSE(std::filesystem::exists(folder_->path() / "rules/current.tar"));
}

TEST_F(Rules, ADamagedSetFallsBackToTheOneBefore) {
  {
    RuleKeeper rules = keeper();
    ASSERT_TRUE(rules.update(pack({{"a.yml", rule("1", "one")}}), accept));
    ASSERT_TRUE(rules.update(pack({{"b.yml", rule("2", "two")}, {"c.yml", rule("3", "three")}}), accept));
  }
  ASSERT_TRUE(write_file_atomic(folder_->path() / "rules/current.tar", "\x1f\x8b garbage"));
  RuleKeeper again = keeper();
  EXPECT_EQ(loaded(again), 1U);
  EXPECT_THAT(reports_, testing::Not(IsEmpty()));
}

TEST_F(Rules, RulesThatTheConfigurationNamesAreNotReplaced) {
  ASSERT_TRUE(write_file_atomic(folder_->path() / "own.yml", rule("9", "nine")));
  config::Detect options;
  options.rules = {(folder_->path() / "own.yml").string()};
  RuleKeeper rules = keeper(options);
  EXPECT_EQ(loaded(rules), 1U);
  const auto updated = rules.update(pack({{"a.yml", rule("1", "one")}}), accept);
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code, ErrorCode::Conflict);
}

}  // namespace
}  // namespace yorozu::serve
