// yorozu archive seal|list|plan|reindex
#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/config/parse.h"
#include "app/control/client.h"
#include "app/input_arguments.h"
#include "app/serve/data_folder.h"
#include "app/serve/retention.h"
#include "app/serve/wall_clock.h"
#include "app/server_connection.h"
#include "app/show.h"
#include "archive/index/indexer.h"
#include "archive/segment_list.h"
#include "base/escape.h"
#include "hunt/text_table.h"

namespace yorozu::app {

namespace {

using message::Id;
using nlohmann::json;

struct ArchiveArguments {
  std::string data;
  bool as_json = false;
  bool all = false;
};

int seal(const ArchiveArguments& arguments, const Console& console) {
  const auto answer = ask_server(arguments.data, console, {{"do", "archive.seal"}});
  if (!answer) return kUsage;
  print_line(message::format(console.lang, Id::ArchiveSealed, answer->at("segments").get<std::uint64_t>()));
  return kDone;
}

int list(const ArchiveArguments& arguments, const Console& console) {
  auto answer = ask_server(arguments.data, console, {{"do", "archive.list"}});
  if (!answer) return kUsage;
  if (arguments.as_json) {
    print_json(std::move(*answer));
    return kDone;
  }
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  hunt::TextTable table({say(Id::ArchiveSegment), say(Id::ArchiveFirst), say(Id::ArchiveLast), say(Id::ArchiveLines),
                         say(Id::StatusBytes)},
                        100);
  for (const json& segment : answer->at("segments"))
    table.add({segment["path"], number(segment["first_seq"]), number(segment["last_seq"]), number(segment["lines"]),
               number(segment["bytes"])});
  std::fputs(table.text().c_str(), stdout);
  for (const json& damage : answer->at("damages"))
    print_line("! " + terminal_safe(damage["file"].get<std::string>() + ": " + damage["detail"].get<std::string>()));
  return kDone;
}

/// Of the running server; where none runs, of the folder itself and the settings in it.
std::optional<json> plan_of(const ArchiveArguments& arguments, const Console& console) {
  const serve::DataFolder folder = serve::find_data_folder(arguments.data);
  const auto client = control::Client::connect(folder.control_socket());
  if (client || client.error().code != ErrorCode::NotFound)
    return ask_server(arguments.data, console, {{"do", "archive.plan"}});
  if (!std::filesystem::is_directory(folder.archive())) {
    complain(message::format(console.lang, Id::PlanNoArchive, terminal_safe(folder.path.string())));
    return std::nullopt;
  }
  const auto config = config::load(folder.config(), folder.drop_ins());
  if (!config) {
    for (const config::Problem& problem : config.error()) complain(terminal_safe(to_text(problem)));
    return std::nullopt;
  }
  const auto segments = archive::list_segments(archive::real_disk(), folder.archive());
  if (!segments) {
    complain(terminal_safe(segments.error().message));
    return std::nullopt;
  }
  return serve::retention_json(folder, *segments, config->archive, serve::wall_clock());
}

std::string day_of(const json& time, const std::string& without) {
  return time.is_string() ? local_time(time).substr(0, 10) : without;
}

void print_groups(const json& groups, message::Lang lang) {
  const auto say = [&](Id id) { return std::string(message::text(lang, id)); };
  const auto days = [&](const json& value) { return value == 0 ? say(Id::PlanForEver) : number(value); };
  const auto bytes = [](const json& value) { return value == 0 ? std::string("-") : size_text(value); };
  hunt::TextTable table({say(Id::PlanGroup), say(Id::PlanFrom), say(Id::PlanDays), say(Id::ArchiveLines),
                         say(Id::StatusBytes), say(Id::PlanPerDay), say(Id::PlanKeep), say(Id::PlanFloor),
                         say(Id::PlanBudget), say(Id::PlanExpected)});
  for (const json& group : groups)
    table.add({group["group"], day_of(group["first_received"], "-"), number(group["days"]), number(group["lines"]),
               bytes(group["bytes"]), bytes(group["bytes_per_day"]), days(group["keep_days"]),
               number(group["floor_days"]), bytes(group["budget_bytes"]), bytes(group["expected_bytes"])});
  std::fputs(table.text().c_str(), stdout);
}

void print_going(const json& going, message::Lang lang) {
  constexpr std::size_t kMostRows = 30;
  const auto say = [&](Id id) { return std::string(message::text(lang, id)); };
  if (going.empty()) return;
  hunt::TextTable table(
      {say(Id::PlanDay), say(Id::PlanGroup), say(Id::PlanReason), say(Id::PlanSegments), say(Id::StatusBytes)});
  for (const json& day : going) {
    if (table.rows() == kMostRows) break;
    table.add({day["day"], day["group"], day["reason"], number(day["segments"]), size_text(day["bytes"])});
  }
  std::fputs(("\n" + table.text()).c_str(), stdout);
  if (going.size() > kMostRows) print_line(message::format(lang, Id::PlanMore, going.size() - kMostRows));
}

void print_files(const json& files, message::Lang lang) {
  const auto say = [&](Id id) { return std::string(message::text(lang, id)); };
  if (files.empty()) return;
  hunt::TextTable table({say(Id::PlanDay), say(Id::StatusBytes), say(Id::PlanLastLine), say(Id::PlanFile)}, 64);
  for (const json& file : files)
    table.add({day_of(file["due"], say(Id::PlanNever)), size_text(file["bytes"]),
               file["last_seq"].is_null() ? "-" : number(file["last_seq"]), file["sha256"]});
  std::fputs(("\n" + table.text()).c_str(), stdout);
}

void print_plan(const json& plan, message::Lang lang) {
  const json& disk = plan["disk"];
  print_groups(plan["groups"], lang);
  print_going(plan["going"], lang);
  print_files(plan["files"], lang);
  print_line("\n" + disk_text(disk, lang));
  if (const std::string warning = disk_warning(disk, lang); !warning.empty()) print_line("! " + warning);
  if (!disk["fits"].get<bool>())
    print_line("! " + message::format(lang, Id::PlanDoesNotFit, size_text(disk["expected_bytes"])));
  for (const json& group : plan["groups"])
    if (group["over_budget_bytes"] != 0)
      print_line("! " + message::format(lang, Id::PlanOverBudget, group["group"].get<std::string>(),
                                        size_text(group["over_budget_bytes"])));
  print_line(std::string(message::text(lang, Id::PlanNothingDeleted)));
}

int plan(const ArchiveArguments& arguments, const Console& console) {
  auto made = plan_of(arguments, console);
  if (!made) return kUsage;
  made->erase("ok");
  if (const auto added = serve::add_files(*made, serve::find_data_folder(arguments.data), serve::wall_clock());
      !added) {
    complain(terminal_safe(added.error().message));
    return kUsage;
  }
  if (arguments.as_json)
    print_line(made->dump(2));
  else
    print_plan(*made, console.lang);
  return kDone;
}

/// Killed at any point, nothing is lost: the next run goes on.
int reindex(const ArchiveArguments& arguments, const Console& console) {
  using archive::index::IndexerOptions;
  const serve::DataFolder folder = serve::find_data_folder(arguments.data);
  if (!std::filesystem::is_directory(folder.archive()))
    return complain(message::format(console.lang, Id::PlanNoArchive, terminal_safe(folder.path.string())));
  IndexerOptions options{.archive = folder.archive(), .index = folder.index()};
  if (arguments.all) options.rebuild = IndexerOptions::Rebuild::All;
  const auto show = [&](const archive::index::IndexerProgress& progress) {
    if (console.progress)
      complain(message::format(console.lang, Id::ReindexProgress, progress.behind, progress.segments));
  };
  const auto done = archive::index::run_indexer(archive::real_disk(), options, [] { return false; }, show);
  if (!done && done.error().code == ErrorCode::Conflict)
    return complain(std::string(message::text(console.lang, Id::ReindexServerRuns)));
  if (!done) return complain(terminal_safe(done.error().message));
  print_line(message::format(console.lang, Id::ReindexDone, done->built, done->built_events, done->found_damaged));
  return kDone;
}

}  // namespace

void add_archive(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* archive = app.add_subcommand("archive", say(Id::ArchiveHelp));
  archive->require_subcommand(1);
  auto arguments = std::make_shared<ArchiveArguments>();
  const auto command = [&](const char* name, Id help, int (*run)(const ArchiveArguments&, const Console&)) {
    CLI::App* made = archive->add_subcommand(name, say(help));
    add_data_option(*made, console, arguments->data);
    made->callback([arguments, &action, run] {
      action = [arguments, run](const Console& where) { return run(*arguments, where); };
    });
    return made;
  };
  command("seal", Id::ArchiveHelpSeal, seal);
  command("plan", Id::ArchiveHelpPlan, plan)->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
  command("reindex", Id::ArchiveHelpReindex, reindex)
      ->add_flag("--all", arguments->all, say(Id::ArchiveHelpReindexAll));
  command("list", Id::ArchiveHelpList, list)->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
}

}  // namespace yorozu::app
