/// A child process whose standard output is read line by line with a deadline; killed when it goes out of scope.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"

namespace yorozu::archive::testing {

class Child {
 public:
  /// `environment`: "NAME=value", added to ours.
  explicit Child(const std::vector<std::string>& command, const std::vector<std::string>& environment = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next line; nullopt at the end of the output or when the deadline passes.
  std::optional<std::string> line(std::chrono::steady_clock::time_point deadline);
  void signal(int number) const;
  /// SIGKILL, and waits for its end.
  void kill();
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  Fd out_;
  std::string buffer_;
};

/// Runs to its end; standard output, or nullopt when it failed.
std::optional<std::string> output_of(const std::vector<std::string>& command,
                                     const std::vector<std::string>& environment = {});
bool has_program(const std::string& name);

}  // namespace yorozu::archive::testing
