#include "program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "base/file.h"

namespace yorozu::test {

namespace {

/// Temporary files of one run: cache, captured output.
TempDir& scratch() {
  static TempDir dir = *TempDir::make("yorozu-cli-test");
  return dir;
}

void redirect(int to, const std::filesystem::path& file, int flags) {
  const int fd = open(file.c_str(), flags, 0600);
  if (fd < 0 || dup2(fd, to) < 0) _exit(126);
}

}  // namespace

Outcome run_program(const std::vector<std::string>& arguments, const std::string& lang, const std::string& input) {
  const auto out = scratch().path() / "out", err = scratch().path() / "err", in = scratch().path() / "in";
  if (!write_file_atomic(in, input)) throw std::runtime_error("no temporary folder");
  const pid_t child = fork();
  if (child == 0) {
    setenv("LANG", lang.c_str(), 1);
    setenv("TZ", "UTC", 1);  // times without zone are those of the machine
    unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    setenv("XDG_CACHE_HOME", scratch().path().c_str(), 1);
    redirect(STDIN_FILENO, in, O_RDONLY);
    redirect(STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, err, O_WRONLY | O_CREAT | O_TRUNC);
    std::vector<char*> argv = {const_cast<char*>(YOROZU_PROGRAM)};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(YOROZU_PROGRAM, argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), *read_file(out), *read_file(err)};
}

std::filesystem::path testdata(const std::string& name) {
  return std::filesystem::path(YOROZU_SOURCE_DIR) / "tests/cli/testdata" / name;
}

}  // namespace yorozu::test
