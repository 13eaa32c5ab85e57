// yorozu serve: from the command line to the supervisor, in order: who we are, whose the data folder is, what the
// configuration says, ports, then no privilege any more.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <thread>

#include "app/command.h"
#include "app/config/write.h"
#include "app/indexing/index_child.h"
#include "app/input_arguments.h"
#include "app/process/privileges.h"
#include "app/process/supervisor.h"
#include "app/queries/query_child.h"
#include "app/sandbox.h"
#include "app/serve/server.h"
#include "app/upload/decoder.h"
#include "base/escape.h"
#include "base/try.h"
#include "duck/database.h"

namespace yorozu::app {

namespace {

using message::Id;

struct ServeArguments {
  std::string config, data;
  std::vector<std::string> settings;
};

constexpr mode_t kOnlyOurs = 0077;

int fail_start(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    complain(terminal_safe(text.substr(at, end - at)));
    at = end + 1;
  }
  return kUsage;
}

/// Folders of a first start, and the commented configuration. Runs as the service user.
Result<void> lay_out(const serve::Setup& setup, bool own_config, message::Lang lang) {
  const serve::DataFolder& folder = setup.folder;
  for (const auto& path : {folder.run(), folder.drop_ins(), folder.rules(), folder.cache(), folder.uploads(),
                           folder.archive(), folder.index()})
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
      return fail(ErrorCode::Io, path.string() + ": " + std::strerror(errno));
  std::error_code error;
  if (!own_config && !std::filesystem::exists(setup.config_file, error))
    return write_file_atomic(setup.config_file, config::default_text(lang));
  return {};
}

/// One server a data folder. A supervisor that was killed leaves its server to end: that is waited for.
Result<Fd> lock_data_folder(const serve::DataFolder& folder) {
  constexpr int kTries = 50;
  Fd lock(::open(folder.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return fail(ErrorCode::Io, folder.lock().string() + ": " + std::strerror(errno));
  for (int i = 0; flock(lock.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    if (i == kTries) return fail(ErrorCode::Conflict, "a server is running with " + folder.path.string() + " already");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return lock;
}

/// As root: user, folder. Gives who the server is to be; nothing when we are not root.
Result<std::optional<process::ServiceUser>> settle_in(const serve::DataFolder& folder) {
  if (geteuid() != 0) {
    TRY(process::prepare_data_folder(folder.path, geteuid(), getegid()));
    return std::nullopt;
  }
  TRY_ASSIGN(process::ServiceUser user, process::find_or_make_service_user(folder.path));
  TRY(process::prepare_data_folder(folder.path, user.uid, user.gid));
  return user;
}

std::string enter_server_sandbox(const serve::DataFolder& folder) {
  const std::filesystem::path writable[] = {folder.path};
  return enter_sandbox(writable, Sandbox::Server).detail;
}

struct ChildLimits {
  rlim_t memory = 0;
  int nice = 0;
  std::vector<std::filesystem::path> writable = {};
};

/// What children beside the server have in common: no network, no privileges, bounded memory, files only where said.
void confine_child(const ChildLimits& limits) {
#if !defined(YOROZU_SANITIZED)  // the shadow of a sanitizer is larger than any limit
  const rlimit memory{limits.memory, limits.memory};
  setrlimit(RLIMIT_DATA, &memory);
#endif
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  setpriority(PRIO_PROCESS, 0, limits.nice);
  (void)enter_sandbox(limits.writable, Sandbox::Reader);  // the server's line at start says what this kernel has
}

/// Reads foreign files.
int run_decoder(process::Channel channel) {
  confine_child({.memory = rlim_t{4} << 30});
  return upload::run_decoder(std::move(channel));
}

/// Twice what a question may have: it watches itself, this is for the case that it does not get to look.
int run_query_child(const process::Channel& channel, const serve::DataFolder& folder, const config::Search& options) {
  constexpr int kBehindIntake = 10;
  const std::uint64_t memory = options.memory_mib << 20;
  confine_child({.memory = 2 * memory + (rlim_t{256} << 20), .nice = kBehindIntake});
  return queries::run_query_child(channel, {{folder.archive(), folder.index()}, memory});
}

/// Makes the index when the machine has nothing better to do, and writes nothing else.
int run_index_child(const process::Channel& channel, const serve::DataFolder& folder) {
  constexpr int kLast = 19;
  constexpr int kWhoProcess = 1, kIdleClass = 3 << 13;  // ioprio_set(2): the C library has no names for them
  confine_child({.memory = rlim_t{2} << 30, .nice = kLast, .writable = {folder.index()}});
  syscall(SYS_ioprio_set, kWhoProcess, 0, kIdleClass);
  return indexing::run_index_child(channel, {.archive = folder.archive(), .index = folder.index()});
}

std::vector<process::ChildKind> children(const serve::Setup& setup, const config::Config& config) {
  constexpr std::chrono::seconds kNextQuery{1};  // one bad question must not keep others waiting
  std::vector<process::ChildKind> out;
  if (config.upload.enabled && config.bulk.enabled)
    out.push_back({"decoder", static_cast<unsigned>(config.upload.decoders), run_decoder});
  out.push_back({"query", static_cast<unsigned>(config.search.children),
                 [folder = setup.folder, options = config.search](const process::Channel& channel) {
                   return run_query_child(channel, folder, options);
                 },
                 kNextQuery});
  if (config.index.enabled)
    out.push_back({"indexer", 1, [folder = setup.folder](const process::Channel& channel) {
                     return run_index_child(channel, folder);
                   }});
  return out;
}

process::SupervisorOptions supervisor_options(const serve::Setup& setup, const config::Config& config) {
  process::SupervisorOptions options;
  options.wanted = [&setup]() -> Result<std::vector<process::ListenerSpec>> {
    TRY_ASSIGN(const config::Config now, serve::load_config(setup));
    return process::listeners_of(now, setup.folder.run());
  };
  options.server = [&setup](process::ServerSide& side) { return serve::run_server(side, setup); };
  options.children = children(setup, config);
  return options;
}

int run(const ServeArguments& arguments, const Console& console) {
  umask(kOnlyOurs);
  serve::Setup setup;
  setup.folder = serve::find_data_folder(arguments.data);
  if (setup.folder.path.empty()) return fail_start(std::string(message::text(console.lang, Id::ServeNoHome)));
  const bool own_config = !arguments.config.empty();
  setup.config_file = own_config ? std::filesystem::absolute(arguments.config) : setup.folder.config();
  setup.settings = arguments.settings;
  setup.version = console.version;
  setup.enter_sandbox = [folder = setup.folder] { return enter_server_sandbox(folder); };
  if (own_config && access(setup.config_file.c_str(), R_OK) != 0)
    return fail_start(setup.config_file.string() + ": " + std::strerror(errno));

  // Without it there is no index, which whoever needs it says; the server collects all the same.
  static_cast<void>(duck::hold_library());
  const auto user = settle_in(setup.folder);
  if (!user) return fail_start(user.error().message);
  const auto config = serve::load_config(setup);
  if (!config) return fail_start(config.error().message);

  const process::OwnLog log(config->server);
  process::Supervisor supervisor(supervisor_options(setup, *config), log);
  if (const auto opened = supervisor.open_network(); !opened) return fail_start(opened.error().message);
  const auto dropped = *user ? process::become(**user) : process::drop_capabilities(process::Keep::NetBindService);
  if (!dropped) return fail_start(dropped.error().message);
  log.info("supervisor starts", {{"version", setup.version},
                                 {"data", setup.folder.path.string()},
                                 {"privileges", process::describe_privileges()}});
  if (const auto laid = lay_out(setup, own_config, console.lang); !laid) return fail_start(laid.error().message);
  const auto lock = lock_data_folder(setup.folder);
  if (!lock) return fail_start(lock.error().message);
  if (console.progress)
    std::fprintf(stderr, "%s\n",
                 message::format(console.lang, Id::ServeWelcome, terminal_safe(setup.folder.path.string())).c_str());
  return supervisor.run();
}

}  // namespace

void add_serve(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("serve", say(Id::ServeHelp));
  auto arguments = std::make_shared<ServeArguments>();
  command->add_option("--config", arguments->config, say(Id::ServeHelpConfig));
  command->add_option("--data", arguments->data, say(Id::ServeHelpData));
  command->add_option("--set", arguments->settings, say(Id::ServeHelpSet))->allow_extra_args(false);
  command->callback(
      [arguments, &action] { action = [arguments](const Console& where) { return run(*arguments, where); }; });
}

}  // namespace yorozu::app
