// The composition root of the command line: language first, because help needs it; then the commands; then the one that
// was chosen.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "app/command.h"
#include "app/command_line.h"
#include "base/escape.h"

namespace yorozu::app {
namespace {

/// The value of --lang, wherever it stands: it decides the language of messages about everything else.
std::string_view language_flag(int argc, char** argv) {
  constexpr std::string_view kFlag = "--lang";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == kFlag && i + 1 < argc) return argv[i + 1];
    if (word.starts_with("--lang=")) return word.substr(kFlag.size() + 1);
  }
  return {};
}

int complain(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  return kUsage;
}

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is seen by write()
  Console console;
  std::string lang(language_flag(argc, argv));
  console.lang = message::choose(lang, std::getenv("LC_ALL"), std::getenv("LC_MESSAGES"), std::getenv("LANG"));
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const char* no_color = std::getenv("NO_COLOR");
  console.color = terminal && (no_color == nullptr || *no_color == '\0');
  console.progress = terminal;
  console.version = YOROZU_VERSION;
  if (!lang.empty() && lang != "ja" && lang != "en")
    return complain("yorozu: " + terminal_safe(message::format(console.lang, message::Id::AppBadLang, lang)) + "\n");

  const auto say = [&](message::Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App app(say(message::Id::AppTagline), "yorozu");
  app.add_option("--lang", lang, say(message::Id::AppLang));
  app.set_version_flag("--version", "yorozu " YOROZU_VERSION, say(message::Id::AppVersion));
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.footer("\n" + say(message::Id::AppExamples));
  Action action;
  add_hunt(app, console, action);
  add_stats(app, console, action);
  add_grep(app, console, action);
  add_dump(app, console, action);
  add_rules(app, console, action);
  add_serve(app, console, action);
  add_status(app, console, action);
  add_search(app, console, action);
  add_tail(app, console, action);
  add_sources(app, console, action);
  add_token(app, console, action);
  add_archive(app, console, action);
  add_inventory(app, console, action);
  add_doctor(app, console, action);
  add_install(app, console, action);
  add_config(app, console, action);
  translate_help(app, console.lang);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return kDone;
  } catch (const CLI::CallForVersion& version) {
    std::printf("%s\n", version.what());
    return kDone;
  } catch (const CLI::ParseError& error) {
    return complain(explain(error, app, console.lang));
  }
  if (!action) return complain(app.help());
  try {
    return action(console);
  } catch (const std::exception& error) {
    return complain("yorozu: " + message::format(console.lang, message::Id::AppFailed, error.what()) + "\n");
  }
}

}  // namespace
}  // namespace yorozu::app

int main(int argc, char** argv) {
  return yorozu::app::run(argc, argv);
}
