/// What the control socket is asked (docs/formats/control.md), translated to the parts of the server.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "access/token_store.h"
#include "app/config/config.h"
#include "app/control/server.h"
#include "app/process/server_side.h"
#include "app/serve/audit.h"
#include "app/serve/data_folder.h"
#include "app/serve/inputs.h"
#include "app/serve/rule_keeper.h"
#include "archive/archive.h"
#include "ingest/pipeline.h"
#include "inventory/follower.h"
#include "inventory/inventory.h"

namespace yorozu::serve {

/// Everything a request may need; outlives the handlers.
struct Parts {
  const DataFolder& folder;
  const Audit& audit;
  archive::Archive& archive;
  ingest::Pipeline& pipeline;
  access::TokenStore& tokens;
  const inventory::Inventory& inventory;
  const inventory::Follower& inventory_follower;
  RuleKeeper& rules;
  Inputs& inputs;
  process::ServerSide& supervisor;
  std::function<config::Config()> config;                 ///< as it is now
  std::function<Result<config::Config>()> reload_config;  ///< reads the files again and uses them
  std::string ca_pem;
  std::string version, privileges, sandbox;
  Timestamp started;
  std::function<Timestamp()> now;
};

std::map<std::string, control::Handler> make_handlers(Parts& parts);

}  // namespace yorozu::serve
