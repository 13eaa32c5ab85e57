#include "app/process/privileges.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/file.h"
#include "base/try.h"

namespace yorozu::process {

namespace {

std::unexpected<Error> failed(const std::string& what) {
  return fail(ErrorCode::Io, what + ": " + std::strerror(errno));
}

/// Runs a program of the system with nothing of our environment. Status 0 or an error.
Result<void> run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path, nullptr};
  pid_t child = 0;
  if (const int error = posix_spawn(&child, words[0].c_str(), nullptr, nullptr, arguments.data(), environment);
      error != 0)
    return fail(ErrorCode::Io, words[0] + ": " + std::strerror(error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail(ErrorCode::Io, words[0] + " did not succeed");
  return {};
}

bool is_empty_folder(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::is_empty(folder, error) && !error;
}

struct CapFree {
  void operator()(cap_t capabilities) const { cap_free(capabilities); }
};
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, CapFree>;

Result<void> set_capabilities(Keep keep) {
  const Capabilities capabilities(cap_init());
  if (!capabilities) return failed("capabilities");
  if (keep == Keep::NetBindService) {
    // Only what we have: an ordinary user has none.
    const Capabilities now(cap_get_proc());
    cap_flag_value_t has = CAP_CLEAR;
    if (!now || cap_get_flag(now.get(), CAP_NET_BIND_SERVICE, CAP_PERMITTED, &has) != 0) return failed("capabilities");
    const cap_value_t wanted = CAP_NET_BIND_SERVICE;
    if (has == CAP_SET)
      for (const cap_flag_t flag : {CAP_PERMITTED, CAP_EFFECTIVE})
        if (cap_set_flag(capabilities.get(), flag, 1, &wanted, CAP_SET) != 0) return failed("capabilities");
  }
  if (cap_set_proc(capabilities.get()) != 0) return failed("capabilities");
  return {};
}

/// The ceiling for everything started later. Needs CAP_SETPCAP, which some containers do not give: no_new_privs holds
/// without it.
void lower_ceiling() {
  for (int capability = 0; cap_get_bound(capability) >= 0; ++capability)
    if (capability != CAP_NET_BIND_SERVICE) cap_drop_bound(capability);
}

}  // namespace

Result<ServiceUser> find_or_make_service_user(const std::filesystem::path& data_folder) {
  const passwd* entry = getpwnam(kServiceUser);
  if (entry == nullptr) {
    TRY(run_program({"/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", "--home-dir",
                     data_folder.string(), "--shell", "/usr/sbin/nologin", kServiceUser}));
    entry = getpwnam(kServiceUser);
    if (entry == nullptr) return fail(ErrorCode::Io, std::string("user ") + kServiceUser + " could not be made");
  }
  ServiceUser user{entry->pw_uid, entry->pw_gid, {entry->pw_gid}};
  if (user.uid == 0) return fail(ErrorCode::Denied, std::string("user ") + kServiceUser + " is root");
  for (const char* name : {"adm", "systemd-journal"})
    if (const group* const readers = getgrnam(name); readers != nullptr) user.groups.push_back(readers->gr_gid);
  return user;
}

Result<void> prepare_data_folder(const std::filesystem::path& folder, std::uint32_t uid, std::uint32_t gid) {
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed(folder.string());
  const Fd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened) return failed(folder.string());
  struct stat status{};
  if (fstat(opened.get(), &status) != 0) return failed(folder.string());
  if (status.st_uid == uid) return {};
  if (geteuid() != 0 || !is_empty_folder(folder))
    return fail(ErrorCode::Denied, folder.string() +
                                       " belongs to another user; when it is the right folder: chown -R " +
                                       std::to_string(uid) + " " + folder.string());
  if (fchown(opened.get(), uid, gid) != 0 || fchmod(opened.get(), 0700) != 0) return failed(folder.string());
  return {};
}

Result<void> become(const ServiceUser& user) {
  lower_ceiling();
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return failed("keeping a capability");
  const std::vector<gid_t> groups(user.groups.begin(), user.groups.end());
  if (setgroups(groups.size(), groups.data()) != 0) return failed("groups");
  if (setresgid(user.gid, user.gid, user.gid) != 0) return failed("group");
  if (setresuid(user.uid, user.uid, user.uid) != 0) return failed("user");
  TRY(drop_capabilities(Keep::NetBindService));
  if (setuid(0) == 0 || setgid(0) == 0) return fail(ErrorCode::Internal, "root could be had back");
  return {};
}

Result<void> drop_capabilities(Keep keep) {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
    return failed("ambient capabilities");
  TRY(set_capabilities(keep));
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no new privileges");
  // A process that changed its user is not dumpable; its own /proc files would then belong to root.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  return {};
}

std::string describe_privileges() {
  const passwd* const entry = getpwuid(geteuid());
  std::string out = "user " + (entry == nullptr ? std::to_string(geteuid()) : std::string(entry->pw_name));
  const Capabilities capabilities(cap_get_proc());
  if (capabilities) {
    char* const text = cap_to_text(capabilities.get(), nullptr);
    const std::string words = text == nullptr ? "" : text;
    cap_free(text);
    out += ", capabilities: " + (words.empty() || words == "=" ? "none" : words);
  }
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) out += ", no new privileges";
  return out;
}

}  // namespace yorozu::process
