// yorozu token add|list|revoke
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

struct TokenArguments {
  std::string data, name, scopes = "ingest.bulk", expires, id;
  bool as_json = false;
};

int add(const TokenArguments& arguments, const Console& console) {
  json request = {{"do", "token.add"}, {"name", arguments.name}, {"scopes", arguments.scopes}};
  if (!arguments.expires.empty()) request["expires"] = arguments.expires;
  const auto made = ask_server(arguments.data, console, request);
  if (!made) return kUsage;
  if (arguments.as_json)
    print_line(made->dump());
  else  // only the token on standard output, so that a script can take it
    print_line(made->at("token").get<std::string>());
  if (!arguments.as_json && console.progress)
    std::fprintf(stderr, "%s\n", std::string(message::text(console.lang, Id::TokenOnce)).c_str());
  return kDone;
}

int list(const TokenArguments& arguments, const Console& console) {
  const auto answer = ask_server(arguments.data, console, {{"do", "token.list"}});
  if (!answer) return kUsage;
  const json& tokens = answer->at("tokens");
  if (arguments.as_json) {
    print_line(tokens.dump(2));
    return kDone;
  }
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  const auto text = [](const json& value) { return value.is_string() ? value.get<std::string>() : std::string("-"); };
  hunt::TextTable table({"id", say(Id::TokenName), say(Id::TokenScopes), say(Id::TokenExpires), say(Id::TokenLastUsed),
                         say(Id::TokenRevoked)});
  for (const json& token : tokens)
    table.add({text(token["id"]), text(token["name"]), text(token["scopes"]), text(token["expires"]),
               text(token["last_used"]), text(token["revoked"])});
  std::fputs(table.text().c_str(), stdout);
  return kDone;
}

int revoke(const TokenArguments& arguments, const Console& console) {
  return ask_server(arguments.data, console, {{"do", "token.revoke"}, {"id", arguments.id}}) ? kDone : kUsage;
}

}  // namespace

void add_token(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* token = app.add_subcommand("token", say(Id::TokenHelp));
  token->require_subcommand(1);
  auto arguments = std::make_shared<TokenArguments>();
  const auto command = [&](const char* name, Id help, int (*run)(const TokenArguments&, const Console&)) {
    CLI::App* made = token->add_subcommand(name, say(help));
    add_data_option(*made, console, arguments->data);
    made->callback([arguments, &action, run] {
      action = [arguments, run](const Console& where) { return run(*arguments, where); };
    });
    return made;
  };
  CLI::App* adding = command("add", Id::TokenHelpAdd, add);
  adding->add_option("NAME", arguments->name, say(Id::TokenHelpName))->required();
  adding->add_option("--scopes", arguments->scopes, say(Id::TokenHelpScopes));
  adding->add_option("--expires", arguments->expires, say(Id::TokenHelpExpires));
  adding->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
  command("list", Id::TokenHelpList, list)->add_flag("--json", arguments->as_json, say(Id::ServeHelpJson));
  command("revoke", Id::TokenHelpRevoke, revoke)->add_option("ID", arguments->id, say(Id::TokenHelpId))->required();
}

}  // namespace yorozu::app
