#include "archive/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace yorozu::archive::testing {
namespace {

struct Spawned {
  pid_t pid = -1;
  Fd out;
};

Spawned spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  Spawned child;
  child.out = Fd(ends[0]);
  const Fd in(ends[1]);
  std::vector<char*> arguments, variables;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  for (const std::string& word : environment) variables.push_back(const_cast<char*>(word.c_str()));
  for (char** word = environ; *word != nullptr; ++word) variables.push_back(*word);
  arguments.push_back(nullptr);
  variables.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.get(), STDOUT_FILENO);
  if (::posix_spawnp(&child.pid, arguments[0], &actions, nullptr, arguments.data(), variables.data()) != 0)
    child.pid = -1;
  posix_spawn_file_actions_destroy(&actions);
  return child;
}

}  // namespace

Child::Child(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  Spawned spawned = spawn(command, environment);
  pid_ = spawned.pid;
  out_ = std::move(spawned.out);
}

Child::~Child() {
  kill();
}

void Child::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

void Child::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::optional<std::string> Child::line(std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
      std::string text = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return text;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd waiting{out_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) <= 0) return std::nullopt;
    char piece[4096];
    const ssize_t got = ::read(out_.get(), piece, sizeof piece);
    if (got <= 0) return std::nullopt;
    buffer_.append(piece, static_cast<std::size_t>(got));
  }
}

std::optional<std::string> output_of(const std::vector<std::string>& command,
                                     const std::vector<std::string>& environment) {
  const Spawned child = spawn(command, environment);
  if (child.pid < 0) return std::nullopt;
  std::string all;
  char piece[65536];
  for (ssize_t got = 0; (got = ::read(child.out.get(), piece, sizeof piece)) > 0;)
    all.append(piece, static_cast<std::size_t>(got));
  int status = 0;
  ::waitpid(child.pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? std::optional(all) : std::nullopt;
}

bool has_program(const std::string& name) {
  return output_of({"sh", "-c", "PATH=$PATH:/usr/sbin:/sbin command -v " + name}).has_value();
}

}  // namespace yorozu::archive::testing
