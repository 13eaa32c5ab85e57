#include "running_server.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace yorozu::test {

namespace {

using nlohmann::json;

/// Starts a program with its output in files.
pid_t spawn(const std::vector<std::string>& words, const std::string& out, const std::string& err) {
  const pid_t child = fork();
  if (child != 0) return child;
  const auto redirect = [](int to, const std::string& path, int flags) {
    const int fd = open(path.c_str(), flags, 0600);
    if (fd < 0 || dup2(fd, to) < 0) _exit(126);
  };
  redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
  redirect(STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_APPEND);
  redirect(STDERR_FILENO, err, O_WRONLY | O_CREAT | O_APPEND);
  setenv("LANG", "C", 1);
  unsetenv("LC_ALL");
  unsetenv("NOTIFY_SOCKET");
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

std::vector<std::string> program(const std::string& user) {
  if (user.empty()) return {YOROZU_PROGRAM};
  return {"runuser", "-u", user, "--", YOROZU_PROGRAM};
}

int exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void give_to(const TempDir& folder, const std::string& user) {
  if (user.empty()) return;
  const passwd* const entry = getpwnam(user.c_str());
  if (entry == nullptr || chown(folder.path().c_str(), entry->pw_uid, entry->pw_gid) != 0)
    throw std::runtime_error("cannot give a folder to " + user);
}

}  // namespace

Outcome run_yorozu(std::vector<std::string> arguments, const std::string& user) {
  const TempDir folder = *TempDir::make("yorozu-serve-out");
  const std::string out = folder.path() / "out", err = folder.path() / "err";
  std::vector<std::string> words = program(user);
  words.insert(words.end(), arguments.begin(), arguments.end());
  const pid_t child = spawn(words, out, err);
  int status = 0;
  waitpid(child, &status, 0);
  return {exit_status(status), read_file(out).value_or(""), read_file(err).value_or("")};
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

RunningServer::RunningServer(std::vector<std::string> settings, std::string user)
    : folder_(*TempDir::make("yorozu-serve")),
      logs_(*TempDir::make("yorozu-serve-log")),
      settings_({"bulk.listen=127.0.0.1:0", "hec.listen=127.0.0.1:0", "console.listen=127.0.0.1:0",
                 "syslog.udp.listen=127.0.0.1:0", "syslog.tcp.listen=127.0.0.1:0", "syslog.tls.listen=127.0.0.1:0",
                 "relp.listen=127.0.0.1:0", "journald.enabled=false", "archive.reserve_mib=1", "server.threads=2"}),
      user_(std::move(user)) {
  // One file of rules instead of all: a start is a matter of a moment then.
  const auto rules = logs_.path() / "ssh_brute_force.yml";
  std::filesystem::copy_file(std::filesystem::path(YOROZU_SOURCE_DIR) / "rules/linux/ssh_brute_force.yml", rules);
  std::filesystem::permissions(logs_.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(rules, std::filesystem::perms(0644));
  settings_.push_back("detect.rules=" + rules.string());
  settings_.insert(settings_.end(), settings.begin(), settings.end());
  give_to(folder_, user_);
}

RunningServer::~RunningServer() {
  if (supervisor_ > 0) {
    kill(supervisor_, SIGTERM);
    waitpid(supervisor_, nullptr, 0);
  }
}

std::string RunningServer::own_log() const {
  return read_file(logs_.path() / "err").value_or("");
}

std::size_t RunningServer::times_ready() const {
  const std::string log = own_log();
  std::size_t n = 0;
  for (std::size_t at = 0; (at = log.find("event=ready", at)) != std::string::npos; ++at) ++n;
  return n;
}

bool RunningServer::start() {
  std::vector<std::string> words = program(user_);
  words.insert(words.end(), {"serve", "--data", data()});
  for (const std::string& setting : settings_) words.insert(words.end(), {"--set", setting});
  const std::size_t before = times_ready();
  supervisor_ = spawn(words, logs_.path() / "out", logs_.path() / "err");
  bool ended = false;
  const bool ready = eventually([&] {
    int status = 0;
    ended = waitpid(supervisor_, &status, WNOHANG) == supervisor_;
    return ended || times_ready() > before;
  });
  if (ended) supervisor_ = 0;
  return ready && !ended;
}

int RunningServer::wait_for_end() {
  int status = 0;
  waitpid(supervisor_, &status, 0);
  supervisor_ = 0;
  return exit_status(status);
}

int RunningServer::stop() {
  kill(supervisor_, SIGTERM);
  return wait_for_end();
}

void RunningServer::kill_supervisor() {
  kill(status().at("supervisor_pid").get<pid_t>(), SIGKILL);
  wait_for_end();
}

bool RunningServer::kill_server() {
  const std::size_t before = times_ready();
  kill(status().at("pid").get<pid_t>(), SIGKILL);
  return eventually([&] { return times_ready() > before; });
}

Outcome RunningServer::command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--data", data()});
  return run_yorozu(std::move(arguments), user_);
}

json RunningServer::status() const {
  const Outcome got = command({"status", "--json"});
  return got.status == 0 ? json::parse(got.out) : json();
}

json RunningServer::input(const std::string& name) const {
  const json now = status();
  for (const json& input : now["inputs"])
    if (input["name"] == name) return input;
  return {};
}

std::uint16_t RunningServer::port(const std::string& listener) const {
  const json now = status();
  for (const json& row : now["listeners"])
    if (row["name"] == listener) {
      const std::string address = row["address"];
      return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    }
  return 0;
}

std::string RunningServer::tail(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"tail", "--lines", "100000"});
  return command(std::move(arguments)).out;
}

}  // namespace yorozu::test
