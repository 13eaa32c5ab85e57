#include "app/serve/server.h"

#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "access/token_store.h"
#include "api/api.h"
#include "app/config/parse.h"
#include "app/control/server.h"
#include "app/process/privileges.h"
#include "app/process/supervisor.h"
#include "app/queries/queries.h"
#include "app/serve/api_services.h"
#include "app/serve/audit.h"
#include "app/serve/console.h"
#include "app/serve/id_keeper.h"
#include "app/serve/inputs.h"
#include "app/serve/requests.h"
#include "app/serve/rule_keeper.h"
#include "app/serve/saved_searches.h"
#include "app/serve/searches.h"
#include "app/serve/tails.h"
#include "app/serve/wall_clock.h"
#include "archive/archive.h"
#include "archive/space.h"
#include "base/hash.h"
#include "base/try.h"
#include "event/event.h"
#include "ingest/local/file_input.h"
#include "ingest/local/journal_input.h"
#include "ingest/local/position_keeper.h"
#include "ingest/pipeline.h"
#include "net/certificates.h"
#include "net/socket.h"
#include "net/tls.h"
#include "store/database.h"

namespace yorozu::serve {

namespace {

using nlohmann::json;
using process::OwnLog;

archive::ArchiveOptions archive_options(const config::Archive& from) {
  archive::ArchiveOptions options;
  options.seal_bytes = from.seal_mib << 20;
  options.seal_us = static_cast<std::int64_t>(from.seal_minutes) * 60'000'000;
  options.reserve_bytes = from.reserve_mib << 20;
  options.zstd_level = static_cast<int>(from.compression);
  return options;
}

/// A server that was killed may still be on its way out: the lock is waited for a little.
Result<std::unique_ptr<archive::Archive>> open_archive(const DataFolder& folder, const config::Archive& options) {
  constexpr int kTries = 100;
  for (int i = 0;; ++i) {
    auto opened = archive::Archive::open(archive::real_disk(), folder.archive(), archive_options(options), wall_clock);
    if (opened || opened.error().code != ErrorCode::Conflict || i == kTries) return opened;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

unsigned thread_count(const config::Server& options) {
  return options.threads != 0 ? static_cast<unsigned>(options.threads)
                              : std::max(1U, std::thread::hardware_concurrency());
}

ingest::PipelineOptions pipeline_options(const config::Config& config, const DataFolder& folder) {
  ingest::PipelineOptions options;
  options.workers = thread_count(config.server);
  options.queue_bytes = config.intake.queue_mib << 20;
  for (std::size_t i = 0; i < event::kSourceClasses; ++i)
    options.quotas[i] = config.intake.quota_kib_per_second[i] << 10;
  options.sequencer.findings_per_minute = config.detect.findings_per_rule_minute;
  options.sequencer.correlation_state = folder.correlation_state();
  return options;
}

/// Certificate and key of every TLS listener: the person's own, or of our authority.
struct TlsFiles {
  net::TlsOptions options;
  std::string ca_pem;  ///< what senders must trust
};
Result<TlsFiles> tls_files(const config::Config& config, const DataFolder& folder) {
  TRY_ASSIGN(const net::CertificateAuthority authority, net::CertificateAuthority::open(folder.path, wall_clock()));
  TlsFiles out;
  out.ca_pem = authority.certificate_pem();
  out.options.client_ca_pem = authority.certificate_pem();
  if (!config.tls.certificate.empty()) {
    TRY_ASSIGN(out.options.certificate_pem, read_file(config.tls.certificate));
    TRY_ASSIGN(out.options.key_pem, read_file(config.tls.key));
    out.ca_pem = out.options.certificate_pem;
  } else {
    net::ServerNames names = net::names_of_this_machine();
    for (const std::string& name : config.tls.names) {
      const auto address = net::parse_address(name);
      if (address)
        names.addresses.push_back(*address);
      else
        names.dns.push_back(name);
    }
    TRY_ASSIGN(auto issued, authority.server_certificate(names, wall_clock()));
    out.options.certificate_pem = std::move(issued.certificate_pem);
    out.options.key_pem = std::move(issued.key_pem);
  }
  if (!config.tls.client_authority.empty()) {
    TRY_ASSIGN(out.options.client_ca_pem, read_file(config.tls.client_authority));
  }
  using enum config::ClientCertificate;
  const auto asked = config.syslog_tls.client_certificate;
  out.options.client_certificate = asked == None       ? net::ClientCertificate::None
                                   : asked == Optional ? net::ClientCertificate::Optional
                                                       : net::ClientCertificate::Required;
  return out;
}

/// 22 characters that stay the same as long as the authority does.
std::string cluster_uuid(const std::string& ca_pem) {
  return to_hex(sha256(as_bytes(ca_pem))).substr(0, 22);
}

/// Calls `work` about every minute until it is destroyed.
class EveryMinute {
 public:
  explicit EveryMinute(std::function<void()> work)
      : thread_([this, work = std::move(work)](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!changed_.wait_for(lock, stop, std::chrono::minutes(1), [&] { return stop.stop_requested(); })) work();
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

class Server {
 public:
  Server(process::ServerSide& side, const Setup& setup, config::Config config, std::string sandbox)
      : side_(side), setup_(setup), config_(std::move(config)), log_(config_.server), sandbox_(std::move(sandbox)) {}

  Result<void> build();
  int run();

 private:
  Result<void> open_state();
  Result<void> start_pipeline();
  Result<void> start_inventory();
  Result<void> start_searches();
  Result<void> open_inputs();
  void open_listener(process::OpenListener listener);
  Result<void> add_local_inputs();
  void join_parts();
  Result<config::Config> reload_config();
  config::Config current_config() const {
    const std::lock_guard lock(config_mutex_);
    return config_;
  }
  void note_own_act(const char* action, const json& detail);
  void watch_disk();

  process::ServerSide& side_;
  const Setup& setup_;
  mutable std::mutex config_mutex_;
  config::Config config_;  // guarded by config_mutex_
  const OwnLog log_;
  const std::string sandbox_;
  const Timestamp started_ = wall_clock();

  std::unique_ptr<store::Database> database_;
  std::unique_ptr<access::TokenStore> tokens_;
  std::unique_ptr<archive::Archive> archive_;
  event::Schema schema_;
  std::unique_ptr<RuleKeeper> rules_;
  std::unique_ptr<ingest::Pipeline> pipeline_;
  std::unique_ptr<store::Database> inventory_database_;
  std::unique_ptr<inventory::Inventory> inventory_;
  std::unique_ptr<inventory::Follower> inventory_follower_;
  ingest::web::SeenIds seen_;
  std::unique_ptr<IdKeeper> ids_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<net::TlsServer> tls_, https_;
  std::string ca_pem_;
  std::unique_ptr<upload::Uploads> uploads_;
  std::unique_ptr<ingest::PositionKeeper> positions_;
  std::unique_ptr<Inputs> inputs_;
  std::unique_ptr<queries::Queries> queries_;
  std::unique_ptr<indexing::Indexing> indexing_;
  std::unique_ptr<Searches> searches_;
  std::unique_ptr<Tails> tails_;
  std::unique_ptr<SavedSearches> saved_;
  std::unique_ptr<Parts> parts_;
  std::unique_ptr<ApiServices> services_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<Console> console_;  // behind what its routes refer to: gone before it
  std::unique_ptr<control::Server> control_;
  archive::DiskLevel disk_level_ = archive::DiskLevel::Fine;  // of the thread that watches
};

Result<void> Server::open_state() {
  TRY_ASSIGN(database_, store::Database::open(setup_.folder.state()));
  TRY_ASSIGN(tokens_, access::TokenStore::open(*database_, wall_clock));
  TRY_ASSIGN(archive_, open_archive(setup_.folder, config_.archive));
  for (const archive::ArchiveDamage& damage : archive_->damages())
    log_.warning("archive damage", {{"file", damage.file}, {"offset", damage.offset}, {"detail", damage.detail}});
  return {};
}

Result<void> Server::start_pipeline() {
  const event::LogsourceMap& logsources = event::LogsourceMap::builtin();
  rules_ =
      std::make_unique<RuleKeeper>(setup_.folder, config_.detect, schema_, logsources, thread_count(config_.server));
  TRY_ASSIGN(auto rules,
             rules_->load([&](const std::string& problem) { log_.error("rules not usable", {{"reason", problem}}); }));
  const RuleState state = rules_->state();
  log_.info("rules loaded", {{"origin", state.origin},
                             {"rules", std::uint64_t{state.rules}},
                             {"correlations", std::uint64_t{state.correlations}},
                             {"not_understood", std::uint64_t{state.problems}}});
  TRY_ASSIGN(pipeline_, ingest::Pipeline::open(*archive_, schema_, logsources, std::move(rules),
                                               pipeline_options(config_, setup_.folder), wall_clock));
  audit_ = std::make_unique<Audit>(
      [this](std::string_view input, std::string raw) { return pipeline_->write_own(input, std::move(raw)); },
      wall_clock);
  return {};
}

/// In a file of its own: it is a view of the archive and may be deleted, the state may not.
Result<void> Server::start_inventory() {
  TRY_ASSIGN(inventory_database_, store::Database::open(setup_.folder.inventory()));
  TRY_ASSIGN(inventory_, inventory::Inventory::open(*inventory_database_, event::LogsourceMap::builtin()));
  inventory_follower_ = std::make_unique<inventory::Follower>(*inventory_, archive_->feed());
  inventory_follower_->start();
  return {};
}

Result<void> Server::start_searches() {
  queries::Options options;
  options.timeout = std::chrono::seconds(config_.search.timeout_seconds);
  options.kill_child = [this](pid_t pid) { side_.kill_child(pid); };
  queries_ = std::make_unique<queries::Queries>(std::move(options));
  if (config_.index.enabled) indexing_ = std::make_unique<indexing::Indexing>();
  searches_ = std::make_unique<Searches>(*queries_, *audit_, archive_->feed());
  tails_ = std::make_unique<Tails>(archive_->feed(),
                                   archive::search::Folders{setup_.folder.archive(), setup_.folder.index()});
  TRY_ASSIGN(saved_, SavedSearches::open(*database_, wall_clock));
  return {};
}

void Server::note_own_act(const char* action, const json& detail) {
  const auto noted = audit_->before(action, {geteuid(), getpid()}, detail);
  if (!noted) log_.error("not recorded", {{"action", action}, {"reason", noted.error().message}});
}

Result<void> Server::open_inputs() {
  TRY_ASSIGN(TlsFiles tls, tls_files(config_, setup_.folder));
  TRY_ASSIGN(tls_, net::TlsServer::make(tls.options));
  tls.options.client_certificate = net::ClientCertificate::None;
  tls.options.alpn = "http/1.1";
  TRY_ASSIGN(https_, net::TlsServer::make(tls.options));
  ca_pem_ = std::move(tls.ca_pem);
  uploads_ = std::make_unique<upload::Uploads>(*archive_, *pipeline_);
  inputs_ = std::make_unique<Inputs>(InputNeeds{*pipeline_, *tls_, *https_, *tokens_, seen_, *uploads_,
                                                setup_.folder.uploads(), cluster_uuid(ca_pem_), log_, wall_clock});
  inputs_->set_problems(side_.take_problems());
  const auto report = [this](std::string_view what) { log_.error("console failed", {{"reason", what}}); };
  console_ = std::make_unique<Console>(*https_, report, wall_clock);
  join_parts();
  Fd control;
  for (process::OpenListener& listener : side_.take_listeners()) {
    if (listener.spec.transport == process::Transport::Unix)
      control = std::move(listener.fd);
    else
      open_listener(std::move(listener));
  }
  if (!control) return fail(ErrorCode::Internal, "no control socket was handed over");
  TRY(add_local_inputs());
  control_ = std::make_unique<control::Server>(std::move(control), make_handlers(*parts_));
  return {};
}

void Server::open_listener(process::OpenListener listener) {
  if (listener.spec.name != config::kConsole) return inputs_->open(std::move(listener), current_config());
  inputs_->forget_problem(listener.spec.name);
  if (const auto opened = console_->open(std::move(listener), current_config().console); !opened)
    log_.error("console not opened", {{"reason", opened.error().message}});
}

/// The journal, or the files below /var/log where there is none, and the files that the configuration names.
Result<void> Server::add_local_inputs() {
  positions_ = std::make_unique<ingest::PositionKeeper>(archive_->feed(), setup_.folder.positions());
  TRY_ASSIGN(const ingest::LocalPositions known, positions_->catch_up());
  positions_->start();
  const auto add_files = [&](ingest::FileInputOptions options) {
    inputs_->add(std::make_unique<ingest::FileInput>(std::move(options), known.files(), *pipeline_, wall_clock));
  };
  const config::Journald& journald = config_.journald;
  if (journald.enabled && ingest::has_journal()) {
    ingest::JournalInputOptions options;
    options.own_pids = {getpid(), getppid()};
    options.source_class = journald.source_class;
    const std::string cursor = known.cursor(options.input);
    inputs_->add(std::make_unique<ingest::JournalInput>(std::move(options), cursor, *pipeline_, wall_clock));
  } else if (journald.enabled && !journald.fallback.empty()) {
    ingest::FileInputOptions options = ingest::whole_var_log();
    options.paths = {journald.fallback};
    options.source_class = journald.source_class;
    options.zone = zone_of(journald.time_zone);
    add_files(std::move(options));
  }
  for (const auto& [name, file] : config_.files) {
    if (!file.enabled) continue;
    ingest::FileInputOptions options;
    options.name = "file." + name;
    options.paths = file.paths;
    options.exclude = file.exclude;
    options.source_class = file.source_class;
    options.zone = zone_of(file.time_zone);
    add_files(std::move(options));
  }
  return {};
}

/// What asks the server (control socket, API) sees it as these.
void Server::join_parts() {
  parts_ = std::unique_ptr<Parts>(new Parts{setup_.folder,
                                            *audit_,
                                            *archive_,
                                            *pipeline_,
                                            *tokens_,
                                            *inventory_,
                                            *inventory_follower_,
                                            *rules_,
                                            *inputs_,
                                            *queries_,
                                            indexing_.get(),
                                            *searches_,
                                            *tails_,
                                            *saved_,
                                            *console_,
                                            side_,
                                            [this] { return current_config(); },
                                            [this] { return reload_config(); },
                                            ca_pem_,
                                            setup_.version,
                                            process::describe_privileges(),
                                            sandbox_,
                                            started_,
                                            wall_clock});
  services_ = std::make_unique<ApiServices>(*parts_);
  api::ApiOptions options;
  options.now = wall_clock;
  options.report = [this](std::string_view id, std::string_view why) {
    log_.error("request failed", {{"request_id", id}, {"reason", why}});
  };
  api_ = std::make_unique<api::Api>(services_->all(), *tokens_, std::move(options));
  console_->serve(*api_);
}

Result<config::Config> Server::reload_config() {
  TRY_ASSIGN(config::Config fresh, load_config(setup_));
  {
    const std::lock_guard lock(config_mutex_);
    config_ = fresh;
  }
  inputs_->apply(fresh);
  console_->apply(fresh.console);
  return fresh;
}

/// Said when it gets worse, and when all is well again.
void Server::watch_disk() {
  const auto space = archive::real_disk().space(setup_.folder.path);
  if (!space) return;
  const archive::DiskLevel level = archive::level_of(*space);
  if (level == disk_level_) return;
  const std::initializer_list<process::LogField> fields = {{"level", to_string(level)},
                                                           {"free_mib", space->free >> 20}};
  if (level > disk_level_)
    log_.warning("disk fills", fields);
  else
    log_.info("disk has room", fields);
  disk_level_ = level;
}

Result<void> Server::build() {
  net::raise_file_limit();
  TRY(open_state());
  TRY(start_pipeline());
  ids_ = std::make_unique<IdKeeper>(*archive_, seen_, setup_.folder.seen_ids(), IdKeeper::Options());
  TRY(ids_->catch_up(wall_clock()));
  ids_->start();
  TRY(start_inventory());
  TRY(start_searches());
  note_own_act("server.start", {{"version", setup_.version}, {"sandbox", sandbox_}});
  return open_inputs();
}

int Server::run() {
  side_.ready();
  log_.info("ready", {{"data", setup_.folder.path.string()},
                      {"next_seq", archive_->next_seq()},
                      {"start_ms", (wall_clock().us - started_.us) / 1000}});
  {
    watch_disk();
    const EveryMinute minutely([this] {
      (void)tokens_->save_last_used();
      watch_disk();
    });
    process::ServerSide::Hooks hooks;
    hooks.opened = [this](process::OpenListener listener) { open_listener(std::move(listener)); };
    hooks.child = [this](const std::string& kind, process::Channel child, pid_t pid) {
      if (kind == "decoder")
        uploads_->add_decoder(std::move(child));
      else if (kind == "query")
        queries_->add_child(std::move(child), pid);
      else if (kind == "indexer" && indexing_)
        indexing_->add_child(std::move(child));
    };
    hooks.closed = [this](const std::string& name) {
      if (name == config::kConsole)
        console_->close();
      else
        inputs_->close(name);
    };
    hooks.reload = [this] {
      if (const auto reloaded = reload_config(); !reloaded)
        log_.error("configuration not read", {{"reason", reloaded.error().message}});
    };
    side_.wait(hooks, [this] {
      (void)pipeline_->status();  // hangs where the pipeline hangs: then the supervisor sees no sign of life
      return true;
    });
  }
  log_.info("stopping");
  console_->stop();
  control_->stop();
  api_.reset();  // with the searches it started
  queries_->stop();
  tails_->stop();
  if (indexing_) indexing_->stop();
  inputs_->stop();
  uploads_->stop();
  note_own_act("server.stop", json::object());
  pipeline_->stop();
  positions_->stop();
  ids_->stop();
  archive_->feed().close();
  inventory_follower_->stop();
  const auto saved = tokens_->save_last_used();
  if (!saved) log_.error("last use of tokens not saved", {{"reason", saved.error().message}});
  const bool in_order = pipeline_->status().problem.empty() && saved;
  log_.info("closed", {{"next_seq", archive_->next_seq()}});
  return in_order ? 0 : 1;
}

}  // namespace

Result<config::Config> load_config(const Setup& setup) {
  auto config = config::load(setup.config_file, setup.folder.drop_ins(), setup.settings);
  if (config) return config::with_sources_applied(std::move(*config));
  std::string lines;
  for (const config::Problem& problem : config.error()) lines += (lines.empty() ? "" : "\n") + to_text(problem);
  return fail(ErrorCode::InvalidInput, std::move(lines));
}

int run_server(process::ServerSide& side, const Setup& setup) {
  const auto config = load_config(setup);
  const OwnLog log(config ? config->server : config::Server{});
  if (!config) {
    log.error("configuration not read", {{"reason", config.error().message}});
    return process::kCannotStart;
  }
  const std::string sandbox = setup.enter_sandbox ? setup.enter_sandbox() : "off";
  log.info("server starts",
           {{"version", setup.version}, {"privileges", process::describe_privileges()}, {"sandbox", sandbox}});
  Server server(side, setup, *config, sandbox);
  if (const auto built = server.build(); !built) {
    log.error("server does not start", {{"reason", built.error().message}});
    return process::kCannotStart;
  }
  return server.run();
}

}  // namespace yorozu::serve
