// yorozu sources kinds|add|list|remove
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command.h"
#include "app/input_arguments.h"
#include "app/server_connection.h"
#include "app/sources/advice.h"
#include "base/escape.h"
#include "hunt/text_table.h"
#include "net/address.h"
#include "net/route.h"

namespace yorozu::app {

namespace {

using message::Id;
using nlohmann::json;

struct SourceArguments {
  std::string data, kind, name, server;
  std::vector<std::string> networks;
  bool as_json = false;
};

int list_kinds(const SourceArguments&, const Console& console) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  hunt::TextTable table({say(Id::SourcesKind), say(Id::StatusInput), say(Id::SourcesTitle)});
  for (const sources::Kind& kind : sources::kinds())
    table.add({std::string(kind.name), std::string(kind.input), std::string(kind.title)});
  std::fputs(table.text().c_str(), stdout);
  return kDone;
}

/// The address by which the first of the networks reaches this machine.
std::string address_towards(const std::vector<std::string>& networks) {
  if (networks.empty()) return "";
  const std::string first = networks.front().substr(0, networks.front().find('/'));
  const auto address = net::parse_address(first);
  return address ? net::source_address_towards(*address).value_or("") : "";
}

/// Where senders of a kind with a token come from when nobody says: anywhere, for the token is what lets them in.
std::vector<std::string> networks_of(const SourceArguments& arguments, const sources::Kind& kind) {
  if (!arguments.networks.empty() || kind.scope.empty()) return arguments.networks;
  return {"0.0.0.0/0", "::/0"};
}

int add(const SourceArguments& arguments, const Console& console) {
  const sources::Kind* const kind = sources::find_kind(arguments.kind);
  if (kind == nullptr) return complain(message::format(console.lang, Id::SourcesNoKind, terminal_safe(arguments.kind)));
  const std::vector<std::string> networks = networks_of(arguments, *kind);
  if (networks.empty()) return complain(std::string(message::text(console.lang, Id::SourcesNoNetwork)));
  const json request = {{"do", "sources.add"},    {"name", arguments.name.empty() ? arguments.kind : arguments.name},
                        {"kind", arguments.kind}, {"input", kind->input},
                        {"networks", networks},   {"class", to_string(kind->source_class)},
                        {"scope", kind->scope}};
  const auto made = ask_server(arguments.data, console, request);
  if (!made) return kUsage;
  const std::string address = made->at("address").get<std::string>();
  for (const json& problem : made->at("problems")) complain(terminal_safe(problem.get<std::string>()));
  sources::Facts facts;
  facts.server = arguments.server.empty() ? address_towards(arguments.networks) : arguments.server;
  if (facts.server.empty()) facts.server = net::name_of_this_machine();
  facts.port = address.substr(address.rfind(':') + 1);
  facts.token = made->value("token", "");
  facts.ca_pem = made->at("ca").get<std::string>();
  std::fputs(sources::advice(*kind, console.lang, facts).c_str(), stdout);
  if (address.empty()) complain(message::format(console.lang, Id::SourcesNotOpen, std::string(kind->input)));
  return address.empty() ? kFindings : kDone;
}

int list(const SourceArguments& arguments, const Console& console) {
  const auto answer = ask_server(arguments.data, console, {{"do", "sources.list"}});
  if (!answer) return kUsage;
  const json& found = answer->at("sources");
  if (arguments.as_json) {
    print_line(found.dump(2));
    return kDone;
  }
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  hunt::TextTable table({say(Id::TokenName), say(Id::SourcesKind), say(Id::StatusInput), say(Id::SourcesNetworks)});
  for (const json& source : found) {
    std::string networks;
    for (const json& network : source["networks"])
      networks += (networks.empty() ? "" : ", ") + network.get<std::string>();
    table.add({source["name"], source["kind"], source["input"], networks});
  }
  std::fputs(table.text().c_str(), stdout);
  return kDone;
}

int remove(const SourceArguments& arguments, const Console& console) {
  return ask_server(arguments.data, console, {{"do", "sources.remove"}, {"name", arguments.name}}) ? kDone : kUsage;
}

}  // namespace

void add_sources(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* group = app.add_subcommand("sources", say(Id::SourcesHelp));
  group->require_subcommand(1);
  auto arguments = std::make_shared<SourceArguments>();
  const auto command = [&](const char* name, Id help, int (*run)(const SourceArguments&, const Console&)) {
    CLI::App* made = group->add_subcommand(name, say(help));
    made->callback([arguments, &action, run] {
      action = [arguments, run](const Console& where) { return run(*arguments, where); };
    });
    return made;
  };
  command("kinds", Id::SourcesHelpKinds, list_kinds);
  CLI::App* adding = command("add", Id::SourcesHelpAdd, add);
  adding->add_option("KIND", arguments->kind, say(Id::SourcesHelpKind))->required();
  adding->add_option("--network", arguments->networks, say(Id::SourcesHelpNetwork))->allow_extra_args(false);
  adding->add_option("--name", arguments->name, say(Id::SourcesHelpName));
  adding->add_option("--server", arguments->server, say(Id::SourcesHelpServer));
  add_data_option(*adding, console, arguments->data);
  CLI::App* listing = command("list", Id::SourcesHelpList, list);
  add_data_option(*listing, console, arguments->data);
  listing->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
  CLI::App* removing = command("remove", Id::SourcesHelpRemove, remove);
  removing->add_option("NAME", arguments->name, say(Id::SourcesHelpName))->required();
  add_data_option(*removing, console, arguments->data);
}

}  // namespace yorozu::app
