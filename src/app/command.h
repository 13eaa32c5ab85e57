/// What every command of the program gets, and how it is added to the command line. One file a command; main.cpp lists
/// them.
#pragma once

#include <functional>
#include <string>

#include "message/message.h"

namespace CLI {
class App;
}

namespace yorozu::app {

/// Documented exit statuses.
enum Exit : int {
  kDone = 0,
  kFindings = 1,    ///< hunt: findings at or above --fail-level; rules check/test: something is wrong
  kIncomplete = 1,  ///< search: the answer lacks what could not be read, or what time did not suffice for
  kUsage = 2,       ///< nothing readable, or wrong use
};

struct Console {
  message::Lang lang = message::Lang::En;
  bool color = false;  ///< standard error is a terminal and NO_COLOR is not set
  std::string version;
  bool progress = false;  ///< standard error is a terminal and not --quiet
};

/// The chosen command leaves here what to run after parsing.
using Action = std::function<int(const Console&)>;

void add_hunt(CLI::App& app, const Console& console, Action& action);
void add_stats(CLI::App& app, const Console& console, Action& action);
void add_grep(CLI::App& app, const Console& console, Action& action);
void add_dump(CLI::App& app, const Console& console, Action& action);
void add_rules(CLI::App& app, const Console& console, Action& action);
void add_serve(CLI::App& app, const Console& console, Action& action);
void add_status(CLI::App& app, const Console& console, Action& action);
void add_search(CLI::App& app, const Console& console, Action& action);
void add_tail(CLI::App& app, const Console& console, Action& action);
void add_sources(CLI::App& app, const Console& console, Action& action);
void add_token(CLI::App& app, const Console& console, Action& action);
void add_archive(CLI::App& app, const Console& console, Action& action);
void add_inventory(CLI::App& app, const Console& console, Action& action);
void add_doctor(CLI::App& app, const Console& console, Action& action);
void add_install(CLI::App& app, const Console& console, Action& action);
void add_config(CLI::App& app, const Console& console, Action& action);

}  // namespace yorozu::app
