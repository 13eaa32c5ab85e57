// yorozu install: binary, unit, settings, user, so that Friday's server survives Monday's reboot. Doing it again
// changes nothing that is right already, and never a person's settings.
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/command.h"
#include "app/config/write.h"
#include "app/input_arguments.h"
#include "app/process/privileges.h"
#include "app/server_connection.h"
#include "base/embedded.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/try.h"
#include "duck/database.h"

namespace yorozu::embedded {
std::span<const File> install_files();
}

namespace yorozu::app {

namespace {

using message::Id;

struct InstallArguments {
  std::string root;
  bool start = false;
};

constexpr unsigned kProgram = 0755, kReadable = 0644;

std::string_view embedded_text(std::string_view name) {
  for (const embedded::File& file : embedded::install_files())
    if (file.name.ends_with(name)) return file.text();
  return {};
}

enum class Overwrite { Yes, No };

/// True when something was written.
Result<bool> put(const std::filesystem::path& path, std::string_view content, unsigned mode, Overwrite overwrite) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (const auto there = read_file(path); there && (overwrite == Overwrite::No || *there == content)) return false;
  TRY(write_file_atomic(path, content, mode));
  return true;
}

/// Status 0 or not; output goes where ours goes.
bool run_systemctl(std::vector<std::string> words) {
  words.insert(words.begin(), "/usr/bin/systemctl");
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* environment[] = {nullptr};
  pid_t child = 0;
  int status = 0;
  return posix_spawn(&child, words[0].c_str(), nullptr, nullptr, arguments.data(), environment) == 0 &&
         waitpid(child, &status, 0) == child && status == 0;
}

Result<void> install(const InstallArguments& arguments, const Console& console) {
  const std::filesystem::path root = arguments.root.empty() ? "/" : std::filesystem::absolute(arguments.root);
  TRY_ASSIGN(const std::string program, read_file("/proc/self/exe"));
  TRY_ASSIGN(const std::filesystem::path library_path, duck::library_path());
  TRY_ASSIGN(const std::string library, read_file(library_path));
  struct File {
    const char* path;
    std::string_view content;
    unsigned mode;
    Overwrite overwrite;
  };
  const std::string settings = config::default_text(console.lang);
  const File files[] = {
      {"usr/local/bin/yorozu", program, kProgram, Overwrite::Yes},
      {"usr/local/lib/yorozu/libduckdb.so", library, kReadable, Overwrite::Yes},
      {"etc/systemd/system/yorozu.service", embedded_text("yorozu.service"), kReadable, Overwrite::Yes},
      {"etc/sysctl.d/60-yorozu.conf", embedded_text("60-yorozu.conf"), kReadable, Overwrite::Yes},
      {"etc/yorozu/yorozu.toml", settings, kReadable, Overwrite::No},
  };
  for (const File& file : files) {
    TRY_ASSIGN(const bool written, put(root / file.path, file.content, file.mode, file.overwrite));
    print_line((written ? "+ " : "= ") + terminal_safe((root / file.path).string()));
  }
  if (arguments.root.empty()) {
    TRY(process::find_or_make_service_user("/var/lib/yorozu"));
  }
  return {};
}

int run(const InstallArguments& arguments, const Console& console) {
  if (arguments.root.empty() && geteuid() != 0)
    return complain(std::string(message::text(console.lang, Id::InstallNotRoot)));
  if (const auto installed = install(arguments, console); !installed)
    return complain(terminal_safe(installed.error().message));
  const bool has_systemd = arguments.root.empty() && access("/run/systemd/system", F_OK) == 0;
  if (has_systemd && (!run_systemctl({"daemon-reload"}) || !run_systemctl({"enable", "yorozu.service"}) ||
                      (arguments.start && !run_systemctl({"restart", "yorozu.service"}))))
    return kUsage;
  print_line(std::string(message::text(console.lang, Id::InstallNext)));
  return kDone;
}

}  // namespace

void add_install(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("install", say(Id::InstallHelp));
  auto arguments = std::make_shared<InstallArguments>();
  command->add_option("--root", arguments->root, say(Id::InstallHelpRoot));
  command->add_flag("--start", arguments->start, say(Id::InstallHelpStart));
  command->callback(
      [arguments, &action] { action = [arguments](const Console& where) { return run(*arguments, where); }; });
}

}  // namespace yorozu::app
