/// A server of the built program in a temporary data folder, and commands that speak to it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"

namespace yorozu::test {

struct Outcome {
  int status = -1;
  std::string out, err;
};
/// Runs the program to its end; `user`: through runuser, "" as we are.
Outcome run_yorozu(std::vector<std::string> arguments, const std::string& user = "");

/// True as soon as `condition` is, false after a minute.
bool eventually(const std::function<bool()>& condition);

class RunningServer {
 public:
  /// Inputs with free ports on 127.0.0.1 besides `settings`. `user`: who runs it.
  explicit RunningServer(std::vector<std::string> settings = {}, std::string user = "");
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  /// Starts it and waits until it is ready; false when it ended instead.
  bool start();
  /// SIGTERM to the supervisor; its exit status.
  int stop();
  /// SIGKILL to the supervisor alone.
  void kill_supervisor();
  /// SIGKILL to the server child alone; waits until another one is ready.
  bool kill_server();
  int wait_for_end();

  nlohmann::json status() const;
  /// Of the input: {"received": ...}; null: none of that name.
  nlohmann::json input(const std::string& name) const;
  std::uint16_t port(const std::string& listener) const;
  /// A command with --data of this server.
  Outcome command(std::vector<std::string> arguments) const;
  std::string tail(std::vector<std::string> arguments = {}) const;

  std::string data() const { return folder_.path().string(); }
  std::string own_log() const;
  pid_t supervisor() const { return supervisor_; }

 private:
  std::size_t times_ready() const;
  TempDir folder_, logs_;
  std::vector<std::string> settings_;
  std::string user_;
  pid_t supervisor_ = 0;
};

}  // namespace yorozu::test
