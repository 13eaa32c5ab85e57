#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

namespace yorozu {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  fs::path in(std::string_view name) const { return folder_->path() / name; }
  static unsigned mode_of(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

  Result<TempDir> folder_ = TempDir::make("yorozu-file-test");
  void SetUp() override { ASSERT_TRUE(folder_) << folder_.error().message; }
};

TEST_F(Files, AtomicWriteMakesAPrivateFileAndLeavesNothingElse) {
  ASSERT_TRUE(write_file_atomic(in("a"), "one"));
  ASSERT_TRUE(write_file_atomic(in("a"), "two"));
  EXPECT_EQ(read_file(in("a")), "two");
  EXPECT_EQ(mode_of(in("a")), 0600U);
  ASSERT_TRUE(write_file_atomic(in("b"), "", 0644));
  EXPECT_EQ(mode_of(in("b")), 0644U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_->path()), {}), 2);
}

TEST_F(Files, AtomicWriteThatFailsLeavesTheOldFileAndNoOther) {
  fs::create_directory(in("taken"));
  std::ofstream(in("taken") / "full") << "x";
  const auto written = write_file_atomic(in("taken"), "text");  // a folder cannot be renamed over
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("taken"), std::string::npos);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_->path()), {}), 1);
  EXPECT_EQ(write_file_atomic(in("no/such/folder"), "x").error().code, ErrorCode::NotFound);
}

TEST_F(Files, AFullDiskIsAnError) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  if (!full) GTEST_SKIP() << "no /dev/full here";
  const auto written = write_all(full, "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::Io);
}

TEST_F(Files, MissingFilesAreNamed) {
  const auto content = read_file(in("nothing"));
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::NotFound);
  EXPECT_NE(content.error().message.find("nothing"), std::string::npos);
  EXPECT_EQ(open_for_reading(in("nothing")).error().code, ErrorCode::NotFound);
}

TEST_F(Files, AFolderIsNoFile) {
  EXPECT_EQ(read_file(folder_->path()).error().code, ErrorCode::Io);
}

TEST_F(Files, ReadingStopsAtTheLimit) {
  ASSERT_TRUE(write_file_atomic(in("ten"), "0123456789"));
  EXPECT_EQ(read_file(in("ten"), 10), "0123456789");
  EXPECT_EQ(read_file(in("ten"), 9).error().code, ErrorCode::Overloaded);
}

TEST_F(Files, FilesWithoutASizeAreReadToTheirEndAndNoFurtherThanTheLimit) {
  const auto status = read_file("/proc/self/status");
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->starts_with("Name:"));
  EXPECT_EQ(read_file("/dev/zero", 100000).error().code, ErrorCode::Overloaded);
}

TEST_F(Files, PositionedReadsGiveWhatIsThere) {
  ASSERT_TRUE(write_file_atomic(in("ten"), "0123456789"));
  const auto fd = open_for_reading(in("ten"));
  ASSERT_TRUE(fd);
  EXPECT_EQ(file_size(*fd), 10U);
  std::uint8_t block[8] = {};
  EXPECT_EQ(read_at(*fd, 4, block), 6U);
  EXPECT_EQ(as_text(ByteView(block).first(6)), "456789");
  EXPECT_EQ(read_at(*fd, 100, block), 0U);
  EXPECT_FALSE(read_at(*fd, UINT64_MAX, block));
}

TEST_F(Files, ADescriptorIsClosedOnceAndMoves) {
  ASSERT_TRUE(write_file_atomic(in("a"), "x"));
  auto a = open_for_reading(in("a"));
  ASSERT_TRUE(a);
  const int number = a->get();
  Fd b = std::move(*a);
  EXPECT_FALSE(*a);
  EXPECT_EQ(b.get(), number);
  b = Fd();
  EXPECT_FALSE(b);
  struct stat status{};
  EXPECT_EQ(::fstat(number, &status), -1);
}

TEST_F(Files, ATemporaryFolderIsPrivateAndGoesAwayWithItsContent) {
  fs::path where;
  {
    auto folder = TempDir::make();
    ASSERT_TRUE(folder);
    where = folder->path();
    EXPECT_EQ(mode_of(where), 0700U);
    fs::create_directories(where / "a" / "b");
    std::ofstream(where / "a" / "b" / "c") << "x";
    const TempDir moved = std::move(*folder);
    EXPECT_TRUE(fs::exists(where));
  }
  EXPECT_FALSE(fs::exists(where));
}

}  // namespace
}  // namespace yorozu
