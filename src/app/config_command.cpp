// yorozu config default|check
#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/command.h"
#include "app/config/parse.h"
#include "app/config/write.h"
#include "app/input_arguments.h"
#include "app/serve/data_folder.h"
#include "base/escape.h"

namespace yorozu::app {

namespace {

using message::Id;

struct CheckArguments {
  std::string config, data;
  std::vector<std::string> settings;
};

int check(const CheckArguments& arguments, const Console& console) {
  const serve::DataFolder folder = serve::find_data_folder(arguments.data);
  const std::filesystem::path file =
      arguments.config.empty() ? folder.config() : std::filesystem::path(arguments.config);
  const auto config = config::load(file, folder.drop_ins(), arguments.settings);
  if (config) {
    std::printf("%s\n", std::string(message::text(console.lang, Id::ConfigCheckGood)).c_str());
    return kDone;
  }
  for (const config::Problem& problem : config.error()) std::printf("%s\n", terminal_safe(to_text(problem)).c_str());
  return kFindings;
}

}  // namespace

void add_config(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* config = app.add_subcommand("config", say(Id::ConfigHelp));
  config->require_subcommand(1);
  config->add_subcommand("default", say(Id::ConfigHelpDefault))->callback([&action] {
    action = [](const Console& where) {
      std::fputs(config::default_text(where.lang).c_str(), stdout);
      return static_cast<int>(kDone);
    };
  });
  CLI::App* command = config->add_subcommand("check", say(Id::ConfigHelpCheck));
  auto arguments = std::make_shared<CheckArguments>();
  command->add_option("--config", arguments->config, say(Id::ServeHelpConfig));
  command->add_option("--data", arguments->data, say(Id::ServeHelpData));
  command->add_option("--set", arguments->settings, say(Id::ServeHelpSet))->allow_extra_args(false);
  command->callback(
      [arguments, &action] { action = [arguments](const Console& where) { return check(*arguments, where); }; });
}

}  // namespace yorozu::app
