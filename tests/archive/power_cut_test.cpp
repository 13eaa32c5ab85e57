// A power cut on a real file system: ext4 on a loop device, its disk served by nbdkit. Stopping nbdkit stops the disk
// at one moment; a copy of the image then is what a power cut at that moment leaves. What was acknowledged before has
// to be in the copy. Needs root, loop devices and FUSE.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <random>
#include <thread>

#include "archive/archive.h"
#include "archive/child.h"
#include "archive/numbered_lines.h"
#include "archive/reliability.h"
#include "base/file.h"

namespace yorozu::archive::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

bool run(const std::string& command) {
  return output_of({"sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; { " + command + "; } 2>&1"}).has_value();
}
std::string one_line(const std::string& command) {
  auto out = output_of({"sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; " + command}).value_or("");
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

/// A mounted image; unmounted at the end.
class Mounted {
 public:
  Mounted(const fs::path& image, fs::path at) : at_(std::move(at)) {
    fs::create_directories(at_);
    device_ = one_line("losetup -f --show '" + image.string() + "'");
    is_mounted_ = !device_.empty() && run("mount -t ext4 " + device_ + " '" + at_.string() + "'");
  }
  ~Mounted() {
    if (is_mounted_ && !run("umount '" + at_.string() + "'")) run("umount -l '" + at_.string() + "'");
    if (!device_.empty()) run("losetup -d " + device_);
  }
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  explicit operator bool() const { return is_mounted_; }

 private:
  fs::path at_;
  std::string device_;
  bool is_mounted_ = false;
};

/// A disk that can be stopped, and that fails every write while the file trigger() exists.
class StoppableDisk {
 public:
  explicit StoppableDisk(const fs::path& folder) : folder_(folder) {
    fs::create_directories(folder_ / "fuse");
    if (!run("truncate -s 192M '" + image().string() + "' && mkfs.ext4 -q -F '" + image().string() + "'")) return;
    const std::string socket = (folder_ / "socket").string();
    server_ = quiet_child("nbdkit -f --unix '" + socket + "' --filter=error file '" + image().string() +
                          "' error-pwrite=EIO error-pwrite-rate=100% error-pwrite-file='" + trigger().string() + "'");
    if (!appears(socket)) return;
    fuse_ = quiet_child("nbdfuse '" + (folder_ / "fuse/disk").string() + "' --unix '" + socket + "'");
    if (!appears(folder_ / "fuse/disk")) return;
    mounted_ = std::make_unique<Mounted>(folder_ / "fuse/disk", mount_point());
  }
  ~StoppableDisk() {
    if (server_) server_->signal(SIGCONT);
    mounted_.reset();
    run("umount '" + (folder_ / "fuse").string() + "'");
  }
  StoppableDisk(const StoppableDisk&) = delete;
  StoppableDisk& operator=(const StoppableDisk&) = delete;
  explicit operator bool() const { return mounted_ && *mounted_; }

  fs::path mount_point() const { return folder_ / "disk"; }
  fs::path image() const { return folder_ / "image"; }
  fs::path trigger() const { return folder_ / "fail-writes"; }
  void stop() { server_->signal(SIGSTOP); }
  void go_on() { server_->signal(SIGCONT); }
  void unmount() { mounted_.reset(); }

 private:
  /// They complain about each write that they were told to fail.
  static std::unique_ptr<Child> quiet_child(const std::string& command) {
    return std::make_unique<Child>(std::vector<std::string>{"sh", "-c", "exec " + command + " 2>/dev/null"});
  }
  static bool appears(const fs::path& path) {
    std::error_code error;
    for (const auto deadline = steady_clock::now() + seconds(10); steady_clock::now() < deadline;
         std::this_thread::sleep_for(milliseconds(10)))
      if (fs::exists(path, error)) return true;
    return false;
  }

  fs::path folder_;
  std::unique_ptr<Child> server_, fuse_;
  std::unique_ptr<Mounted> mounted_;
};

/// A writer, and what it has acknowledged so far.
class Writer {
 public:
  explicit Writer(const fs::path& at, const std::vector<std::string>& environment = {})
      : child_({YOROZU_ARCHIVE_WRITER, (at / "archive").string(), YOROZU_ARCHIVE_WRITER}, environment) {}
  void listen(milliseconds time) {
    const auto until = steady_clock::now() + time;
    while (const auto line = child_.line(until)) {
      if (line->starts_with("E ")) ++errors_, last_error_ = *line;
      if (!line->starts_with("open") && !line->starts_with("E ")) acknowledged_ = std::stoull(*line);
    }
  }
  void kill() { child_.kill(); }
  std::uint64_t acknowledged() const { return acknowledged_; }
  int errors() const { return errors_; }
  const std::string& last_error() const { return last_error_; }

 private:
  Child child_;
  std::uint64_t acknowledged_ = 0;
  int errors_ = 0;
  std::string last_error_;
};

/// What a copy of the disk holds: "" when all is there.
std::string wrong_with_copy(const fs::path& image, const fs::path& at, std::uint64_t acknowledged,
                            std::string* torn = nullptr) {
  const Mounted mounted(image, at);
  if (!mounted) return "the copy cannot be mounted";
  ArchiveOptions options;
  options.reserve_bytes = 0;
  const auto opened = Archive::open(real_disk(), at / "archive", options, [] { return Timestamp{1795425302123456}; });
  if (!opened) return opened.error().message;
  for (const ArchiveDamage& damage : (*opened)->damages()) {
    if (damage.kind == DamageKind::Lost) return "lost: " + damage.file + ": " + damage.detail;
    if (torn != nullptr && damage.kind == DamageKind::TornTail) *torn += std::to_string(damage.bytes) + " ";
  }
  return wrong_with(real_disk(), at / "archive", 1, acknowledged);
}

class ArchiveRealPowerCut : public ::testing::Test {
 protected:
  Result<TempDir> temp_ = TempDir::make("yorozu-power");
  std::mt19937_64 random_{wanted("YOROZU_SEED", 1)};

  void SetUp() override {
    ASSERT_TRUE(temp_);
    for (const char* const program : {"nbdkit", "nbdfuse", "losetup", "mkfs.ext4", "mount"})
      if (!has_program(program)) GTEST_SKIP() << "power cut on a real file system: " << program << " is missing";
    if (::geteuid() != 0) GTEST_SKIP() << "power cut on a real file system: needs root";
    if (::access("/dev/fuse", R_OK | W_OK) != 0) GTEST_SKIP() << "power cut on a real file system: no FUSE here";
    if (!StoppableDisk(temp_->path() / "probe"))
      GTEST_SKIP() << "power cut on a real file system: no loop device or mount here";
  }
  fs::path place(int n) const { return temp_->path() / ("disk" + std::to_string(n)); }
  /// Stops the disk, copies it, lets it go on.
  fs::path cut(StoppableDisk& disk) const {
    const fs::path copy = temp_->path() / "copy";
    disk.stop();
    EXPECT_TRUE(run("cp --sparse=always '" + disk.image().string() + "' '" + copy.string() + "'"));
    disk.go_on();
    return copy;
  }
};

TEST_F(ArchiveRealPowerCut, WhatWasAcknowledgedIsInACopyOfTheStoppedDisk) {
  const std::uint64_t cuts = wanted("YOROZU_POWER_CUTS", 3);
  constexpr std::uint64_t kCutsOfOneDisk = 10;
  std::uint64_t checked = 0;
  std::string torn;
  for (std::uint64_t done = 0; done < cuts;) {
    StoppableDisk disk(place(static_cast<int>(done)));
    ASSERT_TRUE(disk);
    Writer writer(disk.mount_point());
    for (std::uint64_t i = 0; i < kCutsOfOneDisk && done < cuts; ++i, ++done) {
      writer.listen(milliseconds(100 + random_() % 400));
      const std::uint64_t acknowledged = writer.acknowledged();
      const fs::path copy = cut(disk);
      ASSERT_EQ(wrong_with_copy(copy, temp_->path() / "mounted", acknowledged, &torn), "")
          << "cut " << done << ", " << acknowledged << " acknowledged";
      checked += acknowledged;
    }
    EXPECT_EQ(writer.errors(), 0) << writer.last_error();
    writer.kill();
  }
  EXPECT_GT(checked, 0U);
  reliability_row("power cut: image of ext4 copied under load", std::to_string(cuts) + " cuts",
                  "0 of " + std::to_string(checked) +
                      " acknowledged lines lost; torn tails (bytes): " + (torn.empty() ? "none" : torn));
}

TEST_F(ArchiveRealPowerCut, ControlWithoutSyncLosesLines) {
  if (!has_program("eatmydata")) GTEST_SKIP() << "negative control of the power cut: eatmydata is missing";
  StoppableDisk disk(place(0));
  ASSERT_TRUE(disk);
  Writer writer(disk.mount_point(), {"LD_PRELOAD=libeatmydata.so", "ASAN_OPTIONS=verify_asan_link_order=0"});
  writer.listen(milliseconds(1500));
  ASSERT_GT(writer.acknowledged(), 0U) << writer.last_error();
  const std::uint64_t acknowledged = writer.acknowledged();
  const fs::path copy = cut(disk);
  EXPECT_NE(wrong_with_copy(copy, temp_->path() / "mounted", acknowledged), "")
      << "the test would not notice lost lines";
  writer.kill();
  reliability_row("the same without fdatasync (eatmydata): has to lose", "1 cut", "lost, as it must");
}

TEST_F(ArchiveRealPowerCut, NothingIsAcknowledgedWhileTheDiskFailsEveryWrite) {
  StoppableDisk disk(place(0));
  ASSERT_TRUE(disk);
  Writer writer(disk.mount_point());
  writer.listen(milliseconds(400));
  ASSERT_TRUE(write_file_atomic(disk.trigger(), ""));
  for (const auto deadline = steady_clock::now() + seconds(20); writer.errors() == 0 && steady_clock::now() < deadline;)
    writer.listen(milliseconds(20));
  EXPECT_GT(writer.errors(), 0) << "the disk did not fail";
  const std::uint64_t acknowledged = writer.acknowledged();
  writer.listen(milliseconds(1000));
  EXPECT_EQ(writer.acknowledged(), acknowledged) << "acknowledged on a broken disk";
  writer.kill();
  disk.unmount();
  fs::remove(disk.trigger());
  run("fsck.ext4 -y '" + disk.image().string() + "'");
  EXPECT_EQ(wrong_with_copy(disk.image(), temp_->path() / "mounted", acknowledged), "");
  reliability_row(
      "EIO on every write (nbdkit error filter)", "1 run",
      "no acknowledgement after the first error; 0 of " + std::to_string(acknowledged) +
          " acknowledged lines lost after repair of the file system; error: " + writer.last_error().substr(2, 60));
}

}  // namespace
}  // namespace yorozu::archive::testing
