#include "live/real_program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "base/file.h"

namespace yorozu::live {

std::optional<std::filesystem::path> real_part(const std::string& set, const std::string& path) {
  std::filesystem::path found = std::filesystem::path(YOROZU_REAL_PARTS) / set / path;
  if (std::error_code error; !std::filesystem::exists(found, error)) return std::nullopt;
  return std::filesystem::canonical(found);
}

std::optional<std::filesystem::path> installed_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((folder + "/" + name).c_str(), X_OK) == 0) return std::filesystem::path(folder) / name;
  return std::nullopt;
}

RealProgram::RealProgram(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                         std::filesystem::path log)
    : log_(std::move(log)) {
  std::vector<std::string> variables = environment;
  for (char** variable = ::environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  const auto pointers = [](const std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
  };
  const auto argv = pointers(arguments), envp = pointers(variables);
  pid_ = ::fork();
  if (pid_ != 0) return;
  const int out = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::closefrom(3);
  std::signal(SIGPIPE, SIG_DFL);
  ::execve(argv.front(), argv.data(), envp.data());
  ::_exit(127);
}

RealProgram::~RealProgram() {
  kill();
}

bool RealProgram::has_ended(bool block) {
  if (pid_ <= 0) return true;
  if (::waitpid(pid_, &status_, block ? 0 : WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

bool RealProgram::is_running() {
  return !has_ended(false);
}

int RealProgram::wait() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!has_ended(false)) {
    if (std::chrono::steady_clock::now() > deadline) return -1;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
}

void RealProgram::stop() {
  if (has_ended(false)) return;
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!has_ended(false) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  kill();
}

void RealProgram::kill() {
  if (has_ended(false)) return;
  ::kill(pid_, SIGKILL);
  has_ended(true);
}

std::string RealProgram::output() const {
  return read_file(log_).value_or("");
}

}  // namespace yorozu::live
