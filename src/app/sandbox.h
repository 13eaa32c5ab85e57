/// Takes from the process what reading foreign files never needs: new privileges, writing outside the given folders,
/// starting programs, the network, looking into other processes. For good, for all threads made afterwards.
///
/// Landlock (Linux 5.13, by system call: Debian 12's C library has no wrapper) guards the file system, seccomp the
/// rest. A kernel without one of them is no error: the report says so. Sanitizer builds go without seccomp, whose
/// filter their runtime does not survive.
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace yorozu::app {

struct SandboxReport {
  bool landlock = false, seccomp = false;
  std::string detail;  ///< for --verbose: "landlock, seccomp", or what is missing and why
};

enum class Sandbox {
  Reader,  ///< of foreign files: no network at all
  Server,  ///< uses the sockets it has and opens new ones; everything else is taken as well
};

/// `writable`: existing folders below which files may be made, written and removed. Files that are open already stay
/// usable. Call before any thread is made.
SandboxReport enter_sandbox(std::span<const std::filesystem::path> writable, Sandbox kind = Sandbox::Reader);

}  // namespace yorozu::app
