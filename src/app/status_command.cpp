// yorozu status
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/input_arguments.h"
#include "app/server_connection.h"
#include "app/show.h"
#include "base/escape.h"
#include "hunt/text_table.h"

namespace yorozu::app {

namespace {

using message::Id;
using nlohmann::json;

struct StatusArguments {
  std::string data;
  bool as_json = false;
};

void print_inputs(const json& inputs, message::Lang lang) {
  const auto say = [&](Id id) { return std::string(message::text(lang, id)); };
  hunt::TextTable table({say(Id::StatusInput), say(Id::StatusAddress), say(Id::StatusReceived), say(Id::StatusDecoded),
                         say(Id::StatusUndecoded), say(Id::StatusDropped), say(Id::StatusBytes),
                         say(Id::StatusLastSeen), say(Id::StatusLag)});
  for (const json& input : inputs)
    table.add({input["name"], input["address"], number(input["received"]), number(input["decoded"]),
               number(input["undecoded"]),
               std::to_string(input["dropped"].get<std::uint64_t>() + input["dropped_by_kernel"].get<std::uint64_t>()),
               size_text(input["bytes"]), local_time(input["last_seen"]),
               std::to_string(input["lag_us"].get<std::int64_t>() / 1000)});
  std::fputs(table.text().c_str(), stdout);
  for (const json& input : inputs)
    if (const std::string problem = input["problem"]; !problem.empty())
      print_line("! " + terminal_safe(input["name"].get<std::string>() + ": " + problem));
}

void print_retention(const json& retention, message::Lang lang) {
  std::int64_t days = 0;
  std::uint64_t due = 0;
  for (const json& group : retention.at("groups")) {
    days = std::max(days, group.at("days").get<std::int64_t>());
    due += group.at("segments_due").get<std::uint64_t>();
  }
  print_line(message::format(lang, Id::StatusRetention, days, due, disk_text(retention.at("disk"), lang)));
  if (const std::string warning = disk_warning(retention.at("disk"), lang); !warning.empty())
    print_line("! " + warning);
}

void print_status(const json& status, message::Lang lang) {
  const auto line = [&](Id id, const auto&... values) { print_line(message::format(lang, id, values...)); };
  const json &archive = status["archive"], &pipeline = status["pipeline"], &rules = status["rules"];
  line(Id::StatusHead, status["version"].get<std::string>(), number(status["pid"]), local_time(status["started"]),
       terminal_safe(status["data"].get<std::string>()));
  print_inputs(status["inputs"], lang);
  line(Id::StatusArchive, number(archive["next_seq"]), number(archive["segments"]), size_text(archive["segment_bytes"]),
       size_text(status["retention"]["disk"]["free"]), number(archive["damages"]));
  print_retention(status["retention"], lang);
  line(Id::StatusPipeline, number(pipeline["findings"]), pipeline["durable_p99_us"].get<std::int64_t>() / 1000,
       number(pipeline["failed_commits"]));
  line(Id::StatusRules, number(rules["rules"]), number(rules["correlations"]), rules["origin"].get<std::string>(),
       number(rules["not_understood"]));
  const json& searches = status["searches"];
  line(Id::StatusSearches, number(searches["running"]), number(searches["waiting"]), number(searches["finished"]));
  if (const auto index = status.find("index"); index != status.end()) {
    line(Id::StatusIndex, number(index->at("segments_indexed")), number(index->at("segments")),
         size_text(index->at("bytes")));
    if (const std::string problem = index->at("problem"); !problem.empty()) print_line("! " + terminal_safe(problem));
  }
  line(Id::StatusPrivileges, status["privileges"].get<std::string>(), status["sandbox"].get<std::string>());
  if (const std::string problem = pipeline["problem"]; !problem.empty()) print_line("! " + terminal_safe(problem));
}

int run(const StatusArguments& arguments, const Console& console) {
  auto status = ask_server(arguments.data, console, {{"do", "status"}});
  if (!status) return kUsage;
  if (arguments.as_json)
    print_json(std::move(*status));
  else
    print_status(*status, console.lang);
  return kDone;
}

}  // namespace

void add_status(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("status", say(Id::StatusHelp));
  auto arguments = std::make_shared<StatusArguments>();
  add_data_option(*command, console, arguments->data);
  command->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
  command->callback(
      [arguments, &action] { action = [arguments](const Console& where) { return run(*arguments, where); }; });
}

}  // namespace yorozu::app
