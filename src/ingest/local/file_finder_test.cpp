#include "ingest/local/file_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "ingest/local/rotation_name.h"

namespace yorozu::ingest {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class FileFinderTest : public testing::Test {
 protected:
  TempDir folder_ = TempDir::make("yorozu-find").value();

  void make(const std::string& name) const {
    fs::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << name;
  }
  FileFinder finder(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude = {}) const {
    const auto full = [&](std::vector<std::string> names) {
      for (std::string& name : names) name = (folder_.path() / name).string();
      return names;
    };
    return FileFinder::make(full(patterns), full(exclude)).value();
  }
  std::vector<std::string> names(const FileFinder& finder) const {
    std::vector<std::string> out;
    for (const FoundFile& file : finder.find().files) out.push_back(fs::relative(file.path, folder_.path()));
    return out;
  }
};

TEST_F(FileFinderTest, PatternsMeanWhatShellsMean) {
  for (const char* name : {"a.log", "b.log", "b.txt", "x/a.log", "x/y/a.log", "x/y/z.txt", ".hidden.log", "x/.h/a.log"})
    make(name);
  EXPECT_THAT(names(finder({"*.log"})), ElementsAre("a.log", "b.log"));
  EXPECT_THAT(names(finder({"[ac].log", "?.txt"})), ElementsAre("a.log", "b.txt"));
  EXPECT_THAT(names(finder({"**/*.log"})), ElementsAre("a.log", "b.log", "x/a.log", "x/y/a.log"));
  EXPECT_THAT(names(finder({"*/a.log"})), ElementsAre("x/a.log"));
  EXPECT_THAT(names(finder({"x"})), ElementsAre("x/a.log", "x/y/a.log", "x/y/z.txt"));
  EXPECT_THAT(names(finder({"*"})), ElementsAre("a.log", "b.log", "b.txt"));
  EXPECT_THAT(names(finder({"x"}, {"x/y/*.log"})), ElementsAre("x/a.log", "x/y/z.txt"));
  EXPECT_THAT(names(finder({"x"}, {"x/y"})), ElementsAre("x/a.log"));
}

TEST_F(FileFinderTest, ANameAloneTellsTheSame) {
  for (const char* name : {"a.log", "b.txt", "x/a.log", "x/y/a.log", "x/y/z.txt", ".hidden.log"}) make(name);
  for (const std::vector<std::string>& patterns : std::vector<std::vector<std::string>>{
           {"*.log"}, {"**/*.log"}, {"x"}, {"*"}, {"x/*/*.txt"}, {"x/**"}, {"**"}, {"a.log", "x/y"}}) {
    const FileFinder some = finder(patterns);
    std::vector<std::string> wanted;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      if (entry.is_regular_file() && some.wants(entry.path().string()))
        wanted.push_back(fs::relative(entry.path(), folder_.path()));
    std::ranges::sort(wanted);
    EXPECT_EQ(names(some), wanted) << patterns[0];
  }
}

TEST_F(FileFinderTest, CirclesOfLinksEndAndAFileWithTwoNamesIsOne) {
  make("x/a.log");
  fs::create_directory_symlink("..", folder_.path() / "x/up");
  fs::create_hard_link(folder_.path() / "x/a.log", folder_.path() / "x/b.log");
  EXPECT_THAT(names(finder({"x"})), ElementsAre("x/a.log"));
  EXPECT_EQ(finder({"**"}).find().files.size(), 1U);
}

TEST_F(FileFinderTest, FoldersOnTheWayAreKnown) {
  const FileFinder some = finder({"x/*/logs", "y/**/z.log"});
  const auto leads = [&](const char* name) { return some.may_lead_to((folder_.path() / name).string()); };
  for (const char* name : {"x", "x/any", "x/any/logs", "x/any/logs/deep", "y", "y/deep"})
    EXPECT_TRUE(leads(name)) << name;
  for (const char* name : {"z", "x/any/other", "z/y"}) EXPECT_FALSE(leads(name)) << name;
}

TEST(RotationName, NamesOfRotationsAreKnown) {
  for (const char* name : {"/l/app.log.1", "/l/app.log.12.gz", "/l/app.log-20261125", "/l/app.log-20261125.gz",
                           "/l/app-20261125.log", "/l/app.1.log", "/l/app-2026-11-25.log.gz", "/l/app.log_1.zst"}) {
    EXPECT_TRUE(is_rotated_name(name, "/l/app.log")) << name;
    EXPECT_TRUE(is_numbered_name(name, "/l/app.log")) << name;
    EXPECT_THAT(possible_logs_of(name), testing::Contains("/l/app.log")) << name;
  }
  for (const char* name : {"/l/app.log.old", "/l/app.log~", "/l/app.log.bak"}) {
    EXPECT_TRUE(is_rotated_name(name, "/l/app.log")) << name;
    EXPECT_FALSE(is_numbered_name(name, "/l/app.log") && std::string_view(name) != "/l/app.log~") << name;
  }
  for (const char* name :
       {"/l/app.log", "/l/app.logs", "/k/app.log.1", "/l/apple.log", "/l/application.log", "/l/app-a.log"})
    EXPECT_FALSE(is_rotated_name(name, "/l/app.log")) << name;
}

}  // namespace
}  // namespace yorozu::ingest
