// yorozu archive seal|list
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/server_connection.h"
#include "base/escape.h"
#include "hunt/text_table.h"

namespace yorozu::app {

namespace {

using message::Id;
using nlohmann::json;

struct ArchiveArguments {
  std::string data;
  bool as_json = false;
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
    answer->erase("ok");
    print_line(answer->dump(2));
    return kDone;
  }
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  const auto number = [](const json& value) { return std::to_string(value.get<std::uint64_t>()); };
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
  command("list", Id::ArchiveHelpList, list)->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
}

}  // namespace yorozu::app
