/// What the control socket is asked (docs/formats/control.md), translated to the parts of the server.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "access/token_store.h"
#include "app/config/config.h"
#include "app/control/server.h"
#include "app/indexing/indexing.h"
#include "app/process/server_side.h"
#include "app/queries/queries.h"
#include "app/serve/audit.h"
#include "app/serve/data_folder.h"
#include "app/serve/inputs.h"
#include "app/serve/rule_keeper.h"
#include "archive/archive.h"
#include "ingest/pipeline.h"
#include "inventory/follower.h"
#include "inventory/inventory.h"

namespace yorozu::serve {

class Console;
class SavedSearches;
class Searches;
class Tails;

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
  queries::Queries& queries;
  const indexing::Indexing* indexing;  ///< null: no index is kept
  Searches& searches;
  Tails& tails;
  SavedSearches& saved;
  const Console& console;
  process::ServerSide& supervisor;
  std::function<config::Config()> config;                 ///< as it is now
  std::function<Result<config::Config>()> reload_config;  ///< reads the files again and uses them
  std::string ca_pem;
  std::string version, privileges, sandbox;
  Timestamp started;
  std::function<Timestamp()> now;
};

std::vector<std::string> texts(const std::vector<net::Network>& networks);
Actor actor_of(const control::Call& call);

std::map<std::string, control::Handler> make_handlers(Parts& parts);

}  // namespace yorozu::serve
