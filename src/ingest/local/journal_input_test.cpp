#include "ingest/local/journal_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "ingest/local/journal_export.h"
#include "ingest/local/test_intake.h"

namespace yorozu::ingest {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using namespace std::string_literals;

constexpr const char* kRemote = "/lib/systemd/systemd-journal-remote";
constexpr const char* kJournald = "/lib/systemd/systemd-journald";
constexpr const char* kBoot = "0123456789abcdef0123456789abcdef";

Timestamp wall_clock() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

/// What `command` prints.
std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return text;
  std::array<char, 4096> part;
  for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
    text.append(part.data(), size);
  ::pclose(pipe);
  return text;
}

std::string message_of(const proof::Line& line) {
  const std::size_t at = line.raw.find("\nMESSAGE=");
  return at == std::string::npos ? line.raw : line.raw.substr(at + 9, line.raw.find('\n', at + 9) - at - 9);
}

TEST(JournalExport, TextIsALineAndEverythingElseHasItsLengthBeforeIt) {
  std::string out;
  begin_journal_entry({"s=1;i=2", 3, 4, "b"}, out);
  for (const std::string& field :
       {"MESSAGE=日本語\tok"s, "A=two\nlines"s, "B=\x80"s, "C="s, "D=a=b"s, "_BOOT_ID=b"s, "E=\xC2\x85"s})
    append_journal_field(field, out);
  end_journal_entry(out);
  EXPECT_EQ(out,
            "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=3\n__MONOTONIC_TIMESTAMP=4\n_BOOT_ID=b\nMESSAGE=日本語\tok\n"
            "A\n\x09\0\0\0\0\0\0\0two\nlines\nB\n\x01\0\0\0\0\0\0\0\x80\nC=\nD=a=b\nE\n\x02\0\0\0\0\0\0\0\xC2\x85"s);
}

TEST(JournalExport, ACursorTellsItsTime) {
  EXPECT_EQ(realtime_of_cursor("s=4c;i=1;b=01;m=3e8;t=6445941624000;x=cb"), 0x6445941624000U);
  EXPECT_EQ(realtime_of_cursor("nonsense"), 0U);
}

class JournalInputTest : public testing::Test {
 protected:
  TempDir folder_ = TempDir::make("yorozu-journal").value();
  TestIntake intake_;
  JournalInputOptions options_;
  std::unique_ptr<JournalInput> input_;

  JournalInputTest() {
    options_.folder = folder_.path();
    options_.from = JournalInputOptions::From::Everything;
    options_.retry_after = std::chrono::milliseconds(20);
  }
  void start() {
    std::string cursor;
    for (const proof::Line& line : intake_.lines()) cursor = line.via.at(0).second;
    input_ = std::make_unique<JournalInput>(options_, cursor, intake_, wall_clock);
    const auto started = input_->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  void stop() { input_.reset(); }
  std::vector<std::string> messages(std::string_view beginning = "") const {
    std::vector<std::string> out;
    for (const proof::Line& line : intake_.lines())
      if (std::string message = message_of(line); message.starts_with(beginning)) out.push_back(std::move(message));
    return out;
  }
};

/// Journal files written by systemd-journal-remote.
class JournalFiles : public JournalInputTest {
 protected:
  void SetUp() override {
    if (!fs::exists(kRemote)) GTEST_SKIP() << "systemd-journal-remote is not installed: no journal files to read";
  }
  void write(const std::string& file, int first, int last, const std::string& more = "") const {
    std::string text;
    for (int i = first; i <= last; ++i)
      text += "__REALTIME_TIMESTAMP=" + std::to_string(1'764'000'000'000'000 + i * 1'000'000LL) +
              "\n__MONOTONIC_TIMESTAMP=" + std::to_string(1000 + i) + "\n_BOOT_ID=" + kBoot + "\n_MACHINE_ID=" + kBoot +
              "\nMESSAGE=entry " + std::to_string(i) + "\nPRIORITY=6\n" + more + "\n";
    std::ofstream(folder_.path() / "in.export", std::ios::binary) << text;
    const std::string command = std::string(kRemote) + " --output=" + (folder_.path() / file).string() + " " +
                                (folder_.path() / "in.export").string() + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
};

TEST_F(JournalFiles, FramesAreWhatJournalctlExports) {
  write("a.journal", 1, 3, "BINARY\n\x05\0\0\0\0\0\0\0a\nb\0c\nUNIT=x.service\n_UID=0\n"s);
  start();
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 3; }));
  std::string all;
  for (const proof::Line& line : intake_.lines()) all += line.raw + "\n\n";
  EXPECT_EQ(all, output_of("journalctl -o export --directory " + folder_.path().string()));
  const proof::Line first = intake_.lines()[0];
  EXPECT_EQ(first.input, "journald");
  ASSERT_EQ(first.via.size(), 1U);
  EXPECT_EQ(first.via[0].first, "cursor");
  EXPECT_TRUE(first.raw.starts_with("__CURSOR=" + first.via[0].second + "\n"));
  EXPECT_EQ(input_->counters().received.load(), 3U);
}

TEST_F(JournalFiles, ARestartGoesOnBehindTheLastCommittedEntry) {
  write("a.journal", 1, 3);
  start();
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 3; }));
  stop();
  write("a.journal", 4, 5);
  start();
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 5; }));
  write("a.journal", 6, 6);
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 6; }));
  EXPECT_THAT(messages(), ElementsAre("entry 1", "entry 2", "entry 3", "entry 4", "entry 5", "entry 6"));
  EXPECT_EQ(input_->state().problem, "");
}

TEST_F(JournalFiles, EntriesThatWereRemovedBeforeTheyWereReadAreSaid) {
  write("a.journal", 1, 3);
  start();
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 3; }));
  stop();
  fs::remove(folder_.path() / "a.journal");
  write("b.journal", 7, 8);
  start();
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 5; }));
  EXPECT_THAT(messages(), ElementsAre("entry 1", "entry 2", "entry 3", "entry 7", "entry 8"));
  EXPECT_THAT(input_->state().problem, testing::HasSubstr("2025-11-24T16:00:07"));
}

TEST_F(JournalFiles, AFailedCommitIsReadAgainAndAFullIntakeWaitedFor) {
  intake_.answer(TestIntake::Answer::Fail);
  write("a.journal", 1, 3);
  start();
  ASSERT_TRUE(comes_true([&] { return intake_.pushes() >= 3; }));
  EXPECT_TRUE(comes_true([&] { return input_->state().problem == "the disk is full"; }));
  intake_.answer(TestIntake::Answer::Full);
  ASSERT_TRUE(comes_true([&] { return intake_.pushes() >= 5; }));
  intake_.answer(TestIntake::Answer::Commit);
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 3; }));
  EXPECT_THAT(messages(), ElementsAre("entry 1", "entry 2", "entry 3"));
}

TEST_F(JournalFiles, WhatThisProgramWroteIsLeftOut) {
  write("a.journal", 1, 1, "_SYSTEMD_UNIT=yorozu.service\n");
  write("a.journal", 2, 2, "_SYSTEMD_UNIT=ssh.service\n_PID=77\n");
  write("a.journal", 3, 3, "_PID=78\n");
  write("a.journal", 4, 4, "UNIT=yorozu.service\n_PID=1\n");  // systemd about our unit
  options_.own_pids = {77};
  start();
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 2; }));
  EXPECT_THAT(messages(), ElementsAre("entry 3", "entry 4"));
}

TEST_F(JournalFiles, AnEntryOverTheLimitIsCutWithItsLength) {
  write("a.journal", 1, 1, "BIG=" + std::string(2 << 20, 'x') + "\n");
  start();
  ASSERT_TRUE(comes_true([&] { return intake_.lines().size() == 1; }));
  EXPECT_EQ(intake_.lines()[0].raw.size(), proof::kMaxRawBytes);
  EXPECT_GT(intake_.lines()[0].cut.value_or(0), 2U << 20);
}

TEST_F(JournalFiles, AJournalThatMayNotBeReadIsSaidWithTheCure) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give files away";
  write("a.journal", 1, 1);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  EXPECT_EXIT(
      {
        if (::setegid(65534) != 0 || ::seteuid(65534) != 0) std::_Exit(2);
        TestIntake intake;
        JournalInput input(options_, "", intake, wall_clock);
        const auto started = input.start();
        std::fprintf(stderr, "%s\n", started ? input.state().problem.c_str() : started.error().message.c_str());
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "usermod -aG systemd-journal");
}

/// A journald of its own, in a private view of /run and /var/log, writing below folder_.
class RealJournald : public JournalInputTest {
 protected:
  pid_t journald_ = -1;

  void SetUp() override {
    if (!fs::exists(kJournald) || !fs::exists("/etc/machine-id")) GTEST_SKIP() << "systemd-journald is not installed";
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a journald its own /run";
    for (const char* name : {"log", "run"}) fs::create_directory(folder_.path() / name);
    const std::string top = folder_.path().string();
    const std::string script =
        "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log && mkdir -p /run/systemd/journal /run/log/journal "
        "&& "
        "mount --bind " +
        top + "/run /run/systemd/journal && mount --bind " + top + "/log /run/log/journal && exec " + kJournald +
        " >/dev/null 2>&1";
    journald_ = ::fork();
    if (journald_ == 0) {
      ::execlp("unshare", "unshare", "--mount", "--propagation", "private", "sh", "-c", script.c_str(), nullptr);
      std::_Exit(127);
    }
    const bool runs = comes_true([&] {
      int status = 0;
      return say("begin") || ::waitpid(journald_, &status, WNOHANG) == journald_;
    });
    if (!runs || !say("second")) GTEST_SKIP() << "a journald cannot run here (no mount namespaces?)";
    ASSERT_TRUE(comes_true([&] { return !journals().empty(); }));
    options_.folder = journals().front();
  }
  void TearDown() override {
    input_.reset();
    if (journald_ <= 0) return;
    ::kill(journald_, SIGKILL);
    ::waitpid(journald_, nullptr, 0);
  }
  std::vector<fs::path> journals() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder_.path() / "log"))
      if (fs::exists(entry.path() / "system.journal")) found.push_back(entry.path());
    return found;
  }
  /// By the journal's own protocol.
  bool say(const std::string& message) const {
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, (folder_.path() / "run/socket").c_str(), sizeof address.sun_path - 1);
    const std::string datagram = "MESSAGE=said " + message + "\nPRIORITY=6\n";
    return ::sendto(socket.get(), datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                    sizeof address) == static_cast<ssize_t>(datagram.size());
  }
};

TEST_F(RealJournald, EntriesComeAsTheyAreWrittenAcrossRotation) {
  start();
  ASSERT_TRUE(comes_true([&] { return messages("said").size() == 2; }));
  ASSERT_TRUE(say("third"));
  ASSERT_TRUE(comes_true([&] { return messages("said").size() == 3; }));
  ASSERT_EQ(::kill(journald_, SIGUSR2), 0);  // rotate
  ASSERT_TRUE(
      comes_true([&] { return std::distance(fs::directory_iterator(options_.folder), fs::directory_iterator()) > 1; }));
  ASSERT_TRUE(say("fourth"));
  ASSERT_TRUE(comes_true([&] { return messages("said").size() == 4; }));
  stop();
  ASSERT_TRUE(say("while away"));
  start();
  ASSERT_TRUE(comes_true([&] { return messages("said").size() == 5; }));
  EXPECT_THAT(messages("said"),
              ElementsAre("said begin", "said second", "said third", "said fourth", "said while away"));
  // Which order equal entries have is the library's matter; that each is there once is ours.
  std::vector<std::string> cursors;
  for (const proof::Line& line : intake_.lines()) cursors.push_back(line.via[0].second);
  std::ranges::sort(cursors);
  EXPECT_EQ(std::ranges::adjacent_find(cursors), cursors.end());
}

TEST_F(RealJournald, TheBeginningOfThisBootIsFound) {
  options_.from = JournalInputOptions::From::CurrentBoot;
  start();
  ASSERT_TRUE(comes_true([&] { return messages("said").size() == 2; }));
}

}  // namespace
}  // namespace yorozu::ingest
