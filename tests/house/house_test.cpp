#include "house/house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/file.h"

namespace yorozu::house {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::filesystem::path kTop = YOROZU_SOURCE_DIR;

std::string read_or_empty(const std::filesystem::path& path) {
  return read_file(path).value_or("");
}
std::vector<Module> declared() {
  return read_modules(read_or_empty(std::filesystem::path(YOROZU_HOUSE_DIR) / "modules.txt"));
}

std::string together(const Complaints& complaints) {
  std::string text;
  for (const std::string& complaint : complaints) text += complaint + "\n";
  return text;
}

TEST(House, EveryIncludeFollowsADeclaredDependency) {
  ASSERT_GE(declared().size(), 9U);
  EXPECT_EQ(together(undeclared_includes(kTop, declared())), "");
}
TEST(House, ModulesHaveNoCycle) {
  EXPECT_EQ(together(dependency_cycles(declared())), "");
}
TEST(House, EverySourceIsBuilt) {
  EXPECT_EQ(together(unlisted_sources(kTop)), "");
}
TEST(House, EveryListedFileIsThere) {
  EXPECT_EQ(read_or_empty(std::filesystem::path(YOROZU_HOUSE_DIR) / "missing.txt"), "");
}
TEST(House, NoFileHoldsAPathOfTheMachineItWasWrittenOn) {
  EXPECT_EQ(together(machine_paths(kTop, {std::string("/work") + "/"})), "");
}

/// The control: a tree with each kind of fault, which the same checks have to find.
class BadHouse : public testing::Test {
 protected:
  Result<TempDir> folder_ = TempDir::make("yorozu-house");
  std::filesystem::path top_;
  std::vector<Module> modules_ = read_modules(
      "base base : :\n"
      "codec codec : base :\n"
      "evtx codec/evtx : base codec : hunt\n"
      "hunt hunt : base codec :\n");

  void SetUp() override {
    ASSERT_TRUE(folder_);
    top_ = folder_->path();
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((top_ / name).parent_path());
    std::ofstream(top_ / name) << text;
  }
};

TEST_F(BadHouse, AnUndeclaredIncludeIsNamedWithFileAndLine) {
  write("src/codec/decoder.h", "#pragma once\n#include <string>\n  # include \"hunt/input.h\"\n");
  EXPECT_THAT(undeclared_includes(top_, modules_),
              ElementsAre("src/codec/decoder.h:3: codec includes hunt/input.h but does not declare DEPS hunt"));
}

TEST_F(BadHouse, TheInnermostFolderDecidesWhoseFileItIs) {
  write("src/codec/evtx/chunk.cpp", "#include \"codec/evtx/chunk.h\"\n#include \"codec/decoder.h\"\n");
  EXPECT_THAT(undeclared_includes(top_, modules_), IsEmpty());
  write("src/codec/other.cpp", "\n#include \"codec/evtx/chunk.h\"\n");
  EXPECT_THAT(undeclared_includes(top_, modules_),
              ElementsAre("src/codec/other.cpp:2: codec includes codec/evtx/chunk.h but does not declare DEPS evtx"));
}

TEST_F(BadHouse, OnlyTestsMayUseWhatIsLinkedForTests) {
  write("src/codec/evtx/corpus_test.cpp", "#include \"hunt/input.h\"\n");
  EXPECT_THAT(undeclared_includes(top_, modules_), IsEmpty());
  write("src/codec/evtx/corpus.cpp", "#include \"hunt/input.h\"\n");
  EXPECT_THAT(undeclared_includes(top_, modules_),
              ElementsAre("src/codec/evtx/corpus.cpp:1: evtx includes hunt/input.h but does not declare DEPS hunt"));
}

TEST_F(BadHouse, AFileOutsideOfAllModulesIsRefused) {
  write("src/base/a.cpp", "#include \"utils/strings.h\"\n");
  EXPECT_THAT(undeclared_includes(top_, modules_),
              ElementsAre("src/base/a.cpp:1: includes utils/strings.h, which belongs to no module"));
}

TEST_F(BadHouse, ACycleIsShownAsItsWay) {
  EXPECT_THAT(dependency_cycles(modules_), IsEmpty());
  EXPECT_THAT(dependency_cycles(read_modules("a a : b :\nb b : c :\nc c : a :\n")),
              ElementsAre("modules depend on each other: a -> b -> c -> a"));
  EXPECT_THAT(dependency_cycles(read_modules("a a : x :\n")), ElementsAre("DEPS name a module that is not there: x"));
}

TEST_F(BadHouse, ASourceThatNothingBuildsIsFound) {
  write("src/base/CMakeLists.txt", "add_module(base SOURCES hash.cpp sub/deep.cpp)\n");
  for (const char* name : {"hash.cpp", "sub/deep.cpp", "ash.cpp", "forgotten.cpp"})
    write(std::string("src/base/") + name, "");
  EXPECT_THAT(unlisted_sources(top_),
              ElementsAre("src/base/ash.cpp: no CMakeLists.txt lists it, so nothing builds it",
                          "src/base/forgotten.cpp: no CMakeLists.txt lists it, so nothing builds it"));
}

TEST_F(BadHouse, AMachinesPathIsFoundAndARelativeOneIsNot) {
  write("docs/a.md", "see bench/peers/nest/x and ${top}/nest/y\nthen cat /nest/main/file\n");
  write("build/b.txt", "/nest/left out");
  EXPECT_THAT(machine_paths(top_, {"/nest/"}), ElementsAre("docs/a.md:2: a path of one machine"));
}

}  // namespace
}  // namespace yorozu::house
