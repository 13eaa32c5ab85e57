#include "detect/cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/file.h"
#include "detect/rule_codec.h"
#include "detect/testing.h"

namespace yorozu::detect {
namespace {

namespace fs = std::filesystem;
using Cache = Ready::Cache;

class RuleCache : public ::testing::Test {
 protected:
  RuleCache() : temp_(std::move(*TempDir::make())), folder_(temp_.path() / "cache" / "rules") {
    for (const char* word : {"one", "two", "three", "four", "five", "six"})
      texts_.push_back({"a.yml", testing::rule_text(word, std::string("  s:\n    CommandLine|contains: '") + word +
                                                              "'\n  condition: s")});
  }

  Ready ready() {
    auto out = make_ready(texts_, options_, schema_, event::LogsourceMap::builtin(), {1, folder_});
    EXPECT_TRUE(out);
    return *std::move(out);
  }
  fs::path only_file() const {
    fs::path out;
    for (const auto& entry : fs::directory_iterator(folder_))
      if (entry.path().extension() == ".rules") out = entry.path();
    return out;
  }
  static mode_t mode(const fs::path& path) {
    struct stat status{};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
  }

  TempDir temp_;
  fs::path folder_;
  event::Schema schema_;
  std::vector<sigma::RuleText> texts_;
  sigma::LoadOptions options_;
};

TEST_F(RuleCache, IsUsedTheSecondTimeAndGivesTheSameRules) {
  const Ready first = ready();
  EXPECT_EQ(first.cache, Cache::Missing);
  const Ready second = ready();
  EXPECT_EQ(second.cache, Cache::Used);
  EXPECT_EQ(encode_rules(rules_of(*first.rules)), encode_rules(rules_of(*second.rules)));
}

TEST_F(RuleCache, MatchesAsFreshRulesDo) {
  ready();
  const Ready cached = ready();
  ASSERT_EQ(cached.cache, Cache::Used);
  event::EventBatch batch;
  event::Event event;
  const event::NameId names[] = {event::name::kEventID, event::name::kChannel, schema_.names.intern("CommandLine")};
  event.shape = event::shape_for(names, schema_, batch);
  event.channel = schema_.names.intern("Microsoft-Windows-Sysmon/Operational");
  event.event_id = 1;
  batch.values = {event::utf8_value("1"), event::utf8_value("Microsoft-Windows-Sysmon/Operational"),
                  event::utf8_value("four and two")};
  batch.events = {event};
  Matcher matcher(cached.rules);
  std::vector<std::uint32_t> found;
  matcher.match(batch, [&](const Match& match) { found.push_back(match.rule); });
  EXPECT_EQ(found, (std::vector<std::uint32_t>{1, 3}));
}

TEST_F(RuleCache, FilesAreTheOwnersAlone) {
  ready();
  EXPECT_EQ(mode(folder_), 0700U);
  EXPECT_EQ(mode(only_file()), 0600U);
  EXPECT_EQ(mode(folder_ / "key"), 0600U);
}

TEST_F(RuleCache, AFlippedBitIsNoticedAnywhere) {
  ready();
  const fs::path path = only_file();
  const std::string good = *read_file(path);
  for (const std::size_t at : {std::size_t{3}, std::size_t{20}, good.size() / 2, good.size() - 1}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    ASSERT_TRUE(write_file_atomic(path, bad));
    EXPECT_EQ(ready().cache, Cache::Rejected) << at;
    EXPECT_EQ(ready().cache, Cache::Used) << "it was written anew";
  }
}

TEST_F(RuleCache, ATruncatedFileIsRejected) {
  ready();
  const std::string good = *read_file(only_file());
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{39}, good.size() - 1}) {
    ASSERT_TRUE(write_file_atomic(only_file(), good.substr(0, size)));
    EXPECT_EQ(ready().cache, Cache::Rejected) << size;
  }
}

TEST_F(RuleCache, AFileThatOthersMayReadOrWriteIsRejected) {
  ready();
  ASSERT_EQ(chmod(only_file().c_str(), 0644), 0);
  EXPECT_EQ(ready().cache, Cache::Rejected);
}

TEST_F(RuleCache, AFolderOpenToOthersIsNotUsed) {
  ready();
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  const Ready out = ready();
  EXPECT_EQ(out.cache, Cache::Unusable);
  EXPECT_NE(out.detail.find("open to other users"), std::string::npos);
}

TEST_F(RuleCache, ALinkInPlaceOfTheFileIsRejected) {
  ready();
  const fs::path path = only_file(), elsewhere = temp_.path() / "elsewhere";
  fs::rename(path, elsewhere);
  fs::create_symlink(elsewhere, path);
  EXPECT_EQ(ready().cache, Cache::Rejected);
}

TEST_F(RuleCache, AnotherKeyMakesOldFilesWorthless) {
  ready();
  ASSERT_TRUE(write_file_atomic(folder_ / "key", std::string(32, 'x')));
  EXPECT_EQ(ready().cache, Cache::Rejected);
}

TEST_F(RuleCache, OtherRulesOrListsAreAnotherFile) {
  ready();
  options_.placeholders["admins"] = {"root"};
  EXPECT_EQ(ready().cache, Cache::Missing);
  texts_.pop_back();
  EXPECT_EQ(ready().cache, Cache::Missing);
}

TEST_F(RuleCache, OnlyTheNewestFilesStay) {
  for (int i = 0; i < 6; ++i) {
    options_.placeholders["admins"].push_back(std::to_string(i));
    ready();
  }
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) files += entry.path().extension() == ".rules" ? 1 : 0;
  EXPECT_EQ(files, 4U);
}

TEST(RuleCodec, EveryKindOfTestAndCorrelationComesBack) {
  const std::vector<sigma::RuleText> texts = {
      {"a.yml",
       "title: all\nid: 00000000-0000-4000-8000-000000000001\nname: base\ntags: [attack.t1003.001]\nlogsource:\n"
       "  product: windows\ndetection:\n  s:\n    a: [x*y, 1, true]\n    b: null\n    c|exists: true\n    d|re|i: "
       "'a+'\n"
       "    e|cidr: fe80::/10\n    f|gt: 4\n    g|hour: 3\n    h|fieldref|contains: a\n    i|cased: Q\n"
       "  keywords: [word]\n  condition: s and not keywords\n"},
      {"b.yml",
       "title: many\nid: 00000000-0000-4000-8000-000000000002\ncorrelation:\n  type: value_count\n  rules: [base]\n"
       "  group-by: [u]\n  timespan: 5m\n  aliases:\n    u:\n      base: User\n  condition:\n    gte: 3\n    field: "
       "a\n"},
      {"c.yml", "title: broken\nlogsource: {}\ndetection:\n  condition: nothing\n"}};
  const sigma::RuleSet rules = sigma::load(texts);
  ASSERT_EQ(rules.rules.size(), 1U);
  ASSERT_EQ(rules.correlations.size(), 1U);
  ASSERT_FALSE(rules.diagnostics.empty());
  const std::string bytes = encode_rules(rules);
  const auto back = decode_rules(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode_rules(*back), bytes);
  EXPECT_EQ(back->rules[0].meta.title, "all");
  EXPECT_EQ(back->correlations[0].timespan_us, 300'000'000);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_rules(std::string_view(bytes).substr(0, size))) << size;
}

}  // namespace
}  // namespace yorozu::detect
