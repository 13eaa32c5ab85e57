/// Programs of other makers, started by tests: found below build/real-parts (scripts/real_parts.sh) or on the machine,
/// with their output in a file and their end in our hand.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace yorozu::live {

/// "rsyslog", "usr/sbin/rsyslogd". nullopt: not fetched; the test skips with kNoPart and the name.
std::optional<std::filesystem::path> real_part(const std::string& set, const std::string& path);
inline constexpr const char* kNoPart = "not fetched (scripts/real_parts.sh), so this is not tested here: ";
/// On $PATH.
std::optional<std::filesystem::path> installed_program(const std::string& name);

class RealProgram {
 public:
  /// `environment`: "NAME=value", added to ours. Standard output and error go to `log`.
  RealProgram(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
              std::filesystem::path log);
  RealProgram(const RealProgram&) = delete;
  RealProgram& operator=(const RealProgram&) = delete;
  ~RealProgram();  ///< kill()

  bool is_running();
  /// SIGTERM, and SIGKILL after five seconds. Idempotent.
  void stop();
  void kill();
  /// Waits for its own end, ten seconds at most; -1: it did not end, or by a signal.
  int wait();
  std::string output() const;

 private:
  bool has_ended(bool block);
  pid_t pid_ = -1;
  int status_ = 0;
  std::filesystem::path log_;
};

}  // namespace yorozu::live
