#include "hunt/rule_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/file.h"

namespace yorozu::hunt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRule =
    "title: A\nlogsource:\n  product: windows\ndetection:\n  s:\n    a: b\n  condition: s\n";

class RuleFolder : public testing::Test {
 protected:
  RuleFolder() : folder_(*TempDir::make()) {}
  std::string write(const std::string& name, std::string_view text) {
    const fs::path path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    EXPECT_TRUE(write_file_atomic(path, text));
    return path.string();
  }
  std::string zip(const std::string& name, const std::vector<std::pair<std::string, std::string>>& members) {
    const std::string path = (folder_.path() / name).string();
    archive* a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_open_filename(a, path.c_str());
    for (const auto& [member, text] : members) {
      archive_entry* entry = archive_entry_new();
      archive_entry_set_pathname(entry, member.c_str());
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_perm(entry, 0644);
      archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
      archive_write_header(a, entry);
      archive_write_data(a, text.data(), text.size());
      archive_entry_free(entry);
    }
    archive_write_close(a);
    archive_write_free(a);
    return path;
  }
  std::vector<std::string> names(const RuleSource& source) const {
    std::vector<std::string> out;
    for (const sigma::RuleText& text : source.texts)
      out.push_back(text.file.substr(std::min(text.file.size(), folder_.path().string().size() + 1)));
    return out;
  }
  std::string root() const { return folder_.path().string(); }

 private:
  TempDir folder_;
};

using Names = std::vector<std::string>;

TEST_F(RuleFolder, YamlBelowAFolderIsReadInOrderOfNames) {
  write("b/two.yml", kRule);
  write("a/one.yaml", kRule);
  write("a/readme.md", kRule);
  write("z.yml", kRule);
  const auto source = read_rules(std::vector{root()});
  ASSERT_TRUE(source);
  EXPECT_EQ(names(*source), (Names{"a/one.yaml", "b/two.yml", "z.yml"}));
  EXPECT_EQ(source->texts[0].text, kRule);
}

TEST_F(RuleFolder, YamlThatIsNoSigmaDocumentIsLeftOutAndNamed) {
  write("info.yml", "id: 1\nregression_tests_info: []\n");
  write("broken.yml", "title: x\ndetection: [\n");
  write("rule.test.yml", kRule);
  const auto source = read_rules(std::vector{root()});
  ASSERT_TRUE(source);
  EXPECT_EQ(names(*source), (Names{"broken.yml"}));  // to be reported by the loader
  ASSERT_EQ(source->not_rules.size(), 1U);
  EXPECT_TRUE(source->not_rules[0].ends_with("info.yml"));
}

TEST_F(RuleFolder, AFileGivenByItselfIsAlwaysTaken) {
  const auto source = read_rules(std::vector{write("odd.txt", "hello: world\n")});
  ASSERT_TRUE(source);
  EXPECT_EQ(names(*source), (Names{"odd.txt"}));
}

TEST_F(RuleFolder, MembersOfAZipAreNamedAfterItAndSorted) {
  const std::string path =
      zip("pack.zip", {{"rules/b.yml", std::string(kRule)}, {"../../a.yml", std::string(kRule)}, {"x.png", "png"}});
  const auto source = read_rules(std::vector{path});
  ASSERT_TRUE(source);
  EXPECT_TRUE(source->problems.empty());
  EXPECT_EQ(names(*source), (Names{"pack.zip!../../a.yml", "pack.zip!rules/b.yml"}));
  EXPECT_EQ(source->texts[1].text, kRule);
}

TEST_F(RuleFolder, AMemberBeyondTheLimitIsAProblemAndTheRestIsRead) {
  const std::string large = std::string(kRule) + "# " + std::string(5000, 'x');
  const std::string path = zip("pack.zip", {{"a.yml", large}, {"b.yml", std::string(kRule)}});
  RuleSourceLimits limits;
  limits.max_file_bytes = 1000;
  const auto source = read_rules(std::vector{path}, limits);
  ASSERT_TRUE(source);
  EXPECT_EQ(names(*source), (Names{"pack.zip!b.yml"}));
  ASSERT_EQ(source->problems.size(), 1U);
  EXPECT_EQ(source->problems[0].error.code, ErrorCode::Overloaded);
}

TEST_F(RuleFolder, TooManyFilesAreSaidOnce) {
  for (int i = 0; i < 5; ++i) write(std::to_string(i) + ".yml", kRule);
  RuleSourceLimits limits;
  limits.max_files = 2;
  const auto source = read_rules(std::vector{root()}, limits);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->texts.size(), 2U);
  EXPECT_EQ(source->problems.size(), 1U);
}

TEST_F(RuleFolder, PathThatIsNotThereIsAnError) {
  EXPECT_EQ(read_rules(std::vector{root() + "/none"}).error().code, ErrorCode::NotFound);
}

TEST(StarterRules, StandInForRulesThatNobodyGave) {
  const auto source = read_rules({});
  ASSERT_TRUE(source);
  EXPECT_EQ(source->texts.size(), starter_rules().size());
  EXPECT_GE(source->texts.size(), 60U);
  std::set<std::string_view> names;
  for (const embedded::File& file : starter_rules()) {
    EXPECT_TRUE(file.name.starts_with("rules/")) << file.name;
    EXPECT_FALSE(file.name.ends_with(".test.yml")) << file.name;
    EXPECT_TRUE(names.insert(file.name).second) << file.name;
  }
}

TEST(Lists, AreAMapFromNamesToValues) {
  const auto lists =
      parse_lists("Administrators: [alice, 'adm_*']\nServers:\n  - dc01\nJump: host1\nEmpty: []\nNone:\n");
  ASSERT_TRUE(lists) << lists.error().message;
  EXPECT_EQ(lists->at("Administrators"), (std::vector<std::string>{"alice", "adm_*"}));
  EXPECT_EQ(lists->at("Servers"), (std::vector<std::string>{"dc01"}));
  EXPECT_EQ(lists->at("Jump"), (std::vector<std::string>{"host1"}));
  EXPECT_TRUE(lists->at("Empty").empty());
  EXPECT_TRUE(lists->at("None").empty());
}

TEST(Lists, OfAnyOtherFormAreRefusedWithTheirLine) {
  EXPECT_NE(parse_lists("a: [x]\nb: {c: d}\n").error().message.find("line 2"), std::string::npos);
  EXPECT_FALSE(parse_lists("- a\n- b\n"));
  EXPECT_FALSE(parse_lists("a: [x]\na: [y]\n"));
  EXPECT_FALSE(parse_lists("a: [[x]]\n"));
  EXPECT_FALSE(parse_lists("a: [x\n"));
}

}  // namespace
}  // namespace yorozu::hunt
