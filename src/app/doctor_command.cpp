// yorozu doctor
#include <sys/capability.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/config/parse.h"
#include "app/doctor.h"
#include "app/input_arguments.h"
#include "app/serve/retention.h"
#include "app/serve/wall_clock.h"
#include "app/server_connection.h"
#include "archive/segment_list.h"
#include "base/escape.h"

namespace yorozu::app {

namespace {

using message::Id;
using nlohmann::json;

struct DoctorArguments {
  std::string config, data;
  bool as_json = false;
};

bool may_bind_low_ports() {
  if (geteuid() == 0) return true;
  const cap_t capabilities = cap_get_proc();
  cap_flag_value_t has = CAP_CLEAR;
  if (capabilities != nullptr) cap_get_flag(capabilities, CAP_NET_BIND_SERVICE, CAP_EFFECTIVE, &has);
  cap_free(capabilities);
  return has == CAP_SET;
}

void append(std::vector<Check>& to, std::vector<Check> more) {
  for (Check& check : more) to.push_back(std::move(check));
}

/// What only the running server knows; ask_server has said why when there is none.
void examine_server(const DoctorArguments& arguments, const Console& console, const config::Config& config,
                    std::vector<Check>& checks) {
  const auto status = ask_server(arguments.data, console, {{"do", "status"}});
  if (!status) {
    checks.push_back({"server", Health::Bad, std::string(message::text(console.lang, Id::DoctorNoServer)),
                      std::string(message::text(console.lang, Id::DoctorStart))});
    append(checks, check_ports(config, may_bind_low_ports(), console.lang));
    return;
  }
  append(checks, check_inputs(*status, config, console.lang));
  if (const auto blind = ask_server(arguments.data, console, {{"do", "rules.blind"}}))
    checks.push_back(check_blind_rules(*blind, console.lang));
}

std::vector<Check> examine(const DoctorArguments& arguments, const Console& console) {
  const serve::DataFolder folder = serve::find_data_folder(arguments.data);
  const std::filesystem::path file =
      arguments.config.empty() ? folder.config() : std::filesystem::path(arguments.config);
  std::vector<Check> checks;
  config::Config config;
  if (auto read = config::load(file, folder.drop_ins()); read)
    config = config::with_sources_applied(std::move(*read));
  else
    for (const config::Problem& problem : read.error())
      checks.push_back({"settings", Health::Bad, to_text(problem), ""});
  checks.push_back(check_clock(console.lang));
  checks.push_back(check_data_folder(folder.path, console.lang));
  checks.push_back(check_disk(folder.path, console.lang));
  if (const auto segments = archive::list_segments(archive::real_disk(), folder.archive()))
    checks.push_back(
        check_retention(serve::retention_json(folder, *segments, config.archive, serve::wall_clock()), console.lang));
  std::vector<std::filesystem::path> certificates = {folder.path / "certs/ca.crt", folder.path / "certs/server.crt"};
  if (!config.tls.certificate.empty()) certificates.emplace_back(config.tls.certificate);
  append(checks, check_certificates(certificates, console.lang));
  examine_server(arguments, console, config, checks);
  return checks;
}

std::string_view word(Health health) {
  return health == Health::Good ? "good" : health == Health::Advice ? "advice" : "bad";
}

void print(const std::vector<Check>& checks) {
  for (const Check& check : checks) {
    const char* const mark = check.health == Health::Good ? "ok" : check.health == Health::Advice ? " ?" : "!!";
    print_line(std::string(mark) + "  " + terminal_safe(check.finding));
    if (!check.cure.empty()) print_line("      " + terminal_safe(check.cure));
  }
}

int run(const DoctorArguments& arguments, const Console& console) {
  const std::vector<Check> checks = examine(arguments, console);
  if (arguments.as_json) {
    json out = json::array();
    for (const Check& check : checks)
      out.push_back(
          {{"check", check.name}, {"health", word(check.health)}, {"finding", check.finding}, {"cure", check.cure}});
    print_line(out.dump(2));
  } else {
    print(checks);
  }
  const bool is_bad = std::ranges::any_of(checks, [](const Check& check) { return check.health == Health::Bad; });
  return is_bad ? kFindings : kDone;
}

}  // namespace

void add_doctor(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("doctor", say(Id::DoctorHelp));
  auto arguments = std::make_shared<DoctorArguments>();
  command->add_option("--config", arguments->config, say(Id::ServeHelpConfig));
  add_data_option(*command, console, arguments->data);
  command->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
  command->callback(
      [arguments, &action] { action = [arguments](const Console& where) { return run(*arguments, where); }; });
}

}  // namespace yorozu::app
