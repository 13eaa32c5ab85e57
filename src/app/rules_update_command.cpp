// yorozu rules update: fetch and check here, as whoever runs the command; the server takes over a file.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/fetch/rule_pack.h"
#include "app/input_arguments.h"
#include "app/rules_command.h"
#include "app/server_connection.h"
#include "base/escape.h"
#include "base/hash.h"

namespace yorozu::app {

namespace {

using message::Id;
using nlohmann::json;

void print_list(const json& names, char mark) {
  for (const json& name : names) std::printf("%c %s\n", mark, terminal_safe(name.get<std::string>()).c_str());
}

std::string hash_of(const std::vector<sigma::RuleText>& texts) {
  Sha256Stream hash;
  for (const sigma::RuleText& text : texts) hash.update(as_bytes(text.text));
  return to_hex(hash.finish());
}

}  // namespace

int run_rules_update(const RulesUpdateArguments& arguments, const Console& console) {
  const auto fetched = fetch::fetch_rules({arguments.from, arguments.sha256, arguments.key});
  if (!fetched) return complain(terminal_safe(fetched.error().message));
  const auto packed = fetch::pack_rules(fetched->texts);
  if (!packed) return complain(packed.error().message);
  json request = {{"do", "rules.update"},
                  {"from", arguments.from},
                  {"sha256", hash_of(fetched->texts)},
                  {"checked", fetched->checked},
                  {"dry_run", arguments.dry_run}};
  const auto changes = ask_server(arguments.data, console, request, packed->get());
  if (!changes) return kUsage;
  print_list(changes->at("added"), '+');
  print_list(changes->at("changed"), '~');
  print_list(changes->at("removed"), '-');
  for (const json& problem : changes->at("problems")) complain(terminal_safe(problem.get<std::string>()));
  const auto count = [&](const char* key) { return changes->at(key).size(); };
  print_line(message::format(console.lang, arguments.dry_run ? Id::RulesWouldUpdate : Id::RulesUpdated, count("added"),
                             count("changed"), count("removed"), changes->at("rules").get<std::size_t>(),
                             changes->at("problem_count").get<std::size_t>()));
  return kDone;
}

}  // namespace yorozu::app
