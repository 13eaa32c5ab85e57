/// The server child as a story: what is built in which order, and taken down in the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/process/own_log.h"
#include "app/process/server_side.h"
#include "app/serve/data_folder.h"
#include "base/result.h"

namespace yorozu::serve {

/// What the command line decided; the same for every server that the supervisor starts.
struct Setup {
  DataFolder folder;
  std::filesystem::path config_file;
  std::vector<std::string> settings;  ///< --set
  std::string version;
  /// Gives up what the server never needs; gives what holds, in words.
  std::function<std::string()> enter_sandbox;
};

/// The configuration as it is now, sources applied. Errors: InvalidInput, every problem on a line of its own.
Result<config::Config> load_config(const Setup& setup);

/// Runs until the supervisor wants it to stop. Gives the exit status of the process: 0; process::kCannotStart when a
/// person must mend something; 1 when something was not closed in order.
int run_server(process::ServerSide& side, const Setup& setup);

}  // namespace yorozu::serve
