#include "app/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <vector>

#include "base/file.h"

namespace yorozu::app {
namespace {

constexpr int kWorked = 0, kRefused = 1, kNotGuarded = 77;

enum class Guard { Landlock, Seccomp };

/// What `act` meets inside the sandbox, in a process of its own; `act` gives true when it was let through.
int inside(Guard guard, const std::vector<std::filesystem::path>& writable, const std::function<bool()>& act) {
  const pid_t child = fork();
  if (child == 0) {
    const SandboxReport report = enter_sandbox(writable);
    if (!(guard == Guard::Landlock ? report.landlock : report.seccomp)) _exit(kNotGuarded);
    _exit(act() ? kWorked : kRefused);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define SKIP_WITHOUT(outcome) \
  if ((outcome) == kNotGuarded) GTEST_SKIP() << "not guarded here (kernel or sanitizer build)"

TEST(Sandbox, NewFileOutsideTheGivenFoldersIsRefused) {
  const auto dir = *TempDir::make();
  const auto file = dir.path() / "new";
  const int got =
      inside(Guard::Landlock, {}, [&] { return open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0; });
  SKIP_WITHOUT(got);
  EXPECT_EQ(got, kRefused);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(Sandbox, FileInAGivenFolderCanBeMadeAndRemoved) {
  const auto dir = *TempDir::make();
  const auto file = dir.path() / "new";
  const int got = inside(Guard::Landlock, {dir.path()}, [&] {
    return open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 && unlink(file.c_str()) == 0;
  });
  SKIP_WITHOUT(got);
  EXPECT_EQ(got, kWorked);
}

TEST(Sandbox, ReadingGoesOnAndOpenFilesStayUsable) {
  const auto dir = *TempDir::make();
  const auto file = dir.path() / "open";
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int got = inside(Guard::Landlock, {},
                         [&] { return write(fd, "x", 1) == 1 && open(file.c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
  close(fd);
  SKIP_WITHOUT(got);
  EXPECT_EQ(got, kWorked);
}

TEST(Sandbox, ProgramsAreNotStarted) {
  const int got = inside(Guard::Landlock, {}, [] {
    char name[] = "/bin/true";
    char* const arguments[] = {name, nullptr};
    execv(name, arguments);
    return errno != EACCES && errno != EPERM;
  });
  SKIP_WITHOUT(got);
  EXPECT_EQ(got, kRefused);
}

TEST(Sandbox, NoSocketIsMade) {
  const int got = inside(Guard::Seccomp, {}, [] { return socket(AF_INET, SOCK_STREAM, 0) >= 0; });
  SKIP_WITHOUT(got);
  EXPECT_EQ(got, kRefused);
}

TEST(Sandbox, NoProcessIsMade) {
  const int got = inside(Guard::Seccomp, {}, [] { return fork() >= 0; });
  SKIP_WITHOUT(got);
  EXPECT_EQ(got, kRefused);
}

}  // namespace
}  // namespace yorozu::app
