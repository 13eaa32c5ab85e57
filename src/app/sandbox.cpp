#include "app/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "base/file.h"

namespace yorozu::app {

namespace {

/// Everything that changes the file system, and running programs from it. Reading stays free: what the person names may
/// hold links to anywhere they can read themselves.
constexpr std::uint64_t kBasic =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
constexpr std::uint64_t kRefer = std::uint64_t{1} << 13;     // ABI 2: linking and renaming across folders
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;  // ABI 3
constexpr std::uint64_t kInWritable = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                      LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                      LANDLOCK_ACCESS_FS_REMOVE_DIR;

/// Empty when it holds, else why not.
std::string restrict_files(std::span<const std::filesystem::path> writable, Sandbox kind) {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return std::strerror(errno);
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = kBasic | (version >= 2 ? kRefer : 0) | (version >= 3 ? kTruncate : 0);
  const Fd ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  if (!ruleset) return std::strerror(errno);
  for (const std::filesystem::path& folder : writable) {
    const Fd opened(::open(folder.c_str(), O_PATH | O_CLOEXEC | O_DIRECTORY));
    if (!opened) return folder.string() + ": " + std::strerror(errno);
    landlock_path_beneath_attr rule{};
    rule.allowed_access = kInWritable | (version >= 3 ? kTruncate : 0);
    if (kind == Sandbox::Server && version >= 2) rule.allowed_access |= kRefer;  // it moves files between its folders
    rule.parent_fd = opened.get();
    if (syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
      return std::strerror(errno);
  }
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return std::strerror(errno);
  return {};
}

#if !defined(YOROZU_SANITIZED)
constexpr const char* kNetwork[] = {"socket", "socketpair", "connect", "bind",    "listen",
                                    "accept", "accept4",    "sendto",  "sendmsg", "sendmmsg"};
constexpr const char* kRefused[] = {"execve",
                                    "execveat",
                                    "fork",
                                    "vfork",
                                    "ptrace",
                                    "process_vm_readv",
                                    "process_vm_writev",
                                    "pidfd_getfd",
                                    "mount",
                                    "umount2",
                                    "pivot_root",
                                    "chroot",
                                    "setns",
                                    "unshare",
                                    "bpf",
                                    "perf_event_open",
                                    "userfaultfd",
                                    "keyctl",
                                    "add_key",
                                    "request_key",
                                    "init_module",
                                    "finit_module",
                                    "delete_module",
                                    "kexec_load",
                                    "kexec_file_load",
                                    "io_uring_setup",
                                    "io_uring_enter",
                                    "setuid",
                                    "setgid",
                                    "setreuid",
                                    "setregid",
                                    "setresuid",
                                    "setresgid",
                                    "setgroups",
                                    "capset",
                                    "reboot",
                                    "swapon",
                                    "swapoff"};

std::string restrict_calls(Sandbox kind) {
  const std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                      [](void* f) { seccomp_release(f); });
  if (!filter) return "no memory";
  const auto refuse = [&](const char* name) {
    const int number = seccomp_syscall_resolve_name(name);
    return number == __NR_SCMP_ERROR  // not a call of this machine
               ? 0
               : seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), number, 0);
  };
  for (const char* name : kRefused)
    if (const int error = refuse(name); error != 0) return std::strerror(-error);
  if (kind == Sandbox::Reader)
    for (const char* name : kNetwork)
      if (const int error = refuse(name); error != 0) return std::strerror(-error);
  // Threads are made with clone; a new process is not a thread. clone3 hides its flags from filters: the C library
  // falls back to clone when it is not there.
  const scmp_arg_cmp no_thread{.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = 0};
  int error = seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &no_thread);
  if (error == 0) error = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  if (error == 0) error = seccomp_load(filter.get());
  return error == 0 ? std::string() : std::strerror(-error);
}
#else
std::string restrict_calls(Sandbox) {
  return "left out in a sanitizer build";
}
#endif

}  // namespace

SandboxReport enter_sandbox(std::span<const std::filesystem::path> writable, Sandbox kind) {
  SandboxReport report;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    report.detail = std::string("no new privileges: ") + std::strerror(errno);
    return report;
  }
  const std::string files = restrict_files(writable, kind), calls = restrict_calls(kind);
  report.landlock = files.empty();
  report.seccomp = calls.empty();
  report.detail = "landlock: " + (files.empty() ? "on" : "off (" + files + ")") +
                  ", seccomp: " + (calls.empty() ? "on" : "off (" + calls + ")");
  return report;
}

}  // namespace yorozu::app
