// yorozu inventory KIND
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

struct InventoryArguments {
  std::string data, kind = "host";
  bool as_json = false;
};

std::string joined(const json& words) {
  std::string out;
  for (const json& word : words) out += (out.empty() ? "" : ", ") + word.get<std::string>();
  return out;
}

/// All pages. Nothing: the error was said.
std::optional<json> ask_all(const InventoryArguments& arguments, const Console& console) {
  std::optional<json> all;
  std::string after;
  for (;;) {
    auto page = ask_server(arguments.data, console,
                           {{"do", "inventory.list"}, {"kind", arguments.kind}, {"after", after}, {"limit", 1000}});
    if (!page) return std::nullopt;
    const json assets = page->at("assets");
    if (!all)
      all = std::move(page);
    else
      for (const json& asset : assets) all->at("assets").push_back(asset);
    if (assets.size() < 1000) return all;
    after = assets.back().at("name").get<std::string>();
  }
}

int list(const InventoryArguments& arguments, const Console& console) {
  auto answer = ask_all(arguments, console);
  if (!answer) return kUsage;
  if (arguments.as_json) {
    print_json(std::move(*answer));
    return kDone;
  }
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  hunt::TextTable table({say(Id::InventoryName), say(Id::InventoryFirst), say(Id::InventoryLast),
                         say(Id::InventoryEvents), say(Id::InventoryInputs)},
                        100);
  for (const json& asset : answer->at("assets"))
    table.add({terminal_safe(asset["name"].get<std::string>()), asset["first"], asset["last"],
               std::to_string(asset["events"].get<std::uint64_t>()), joined(asset["inputs"])});
  std::fputs(table.text().c_str(), stdout);
  print_line(message::format(console.lang, Id::InventoryTotal, answer->at("total").get<std::uint64_t>(),
                             answer->at("lag_lines").get<std::uint64_t>()));
  if (const auto others = answer->at("events_not_listed").get<std::uint64_t>(); others > 0)
    print_line(message::format(console.lang, Id::InventoryOthers, others));
  return kDone;
}

}  // namespace

void add_inventory(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("inventory", say(Id::InventoryHelp));
  auto arguments = std::make_shared<InventoryArguments>();
  add_data_option(*command, console, arguments->data);
  command->add_option("kind", arguments->kind, say(Id::InventoryHelpKind))
      ->check(CLI::IsMember({"host", "address", "public-address", "user", "device", "sender"}));
  command->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
  command->callback(
      [arguments, &action] { action = [arguments](const Console& where) { return list(*arguments, where); }; });
}

}  // namespace yorozu::app
