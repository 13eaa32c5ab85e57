/// The set of rules that a server uses: which one it is, how a new one replaces it, what changed.
///
/// DATA/rules/current.tar is the set of the last update, previous.tar the one before. A new set is read and checked
/// whole before it replaces anything; one without a single usable rule is refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/serve/data_folder.h"
#include "base/file.h"
#include "base/result.h"
#include "detect/engine.h"
#include "event/event.h"

namespace yorozu::serve {

/// What an update would change, by id of the rules (title where a rule has none).
struct RuleChanges {
  std::vector<std::string> added, changed, removed;
  std::size_t rules = 0;              ///< of the new set, correlations included
  std::vector<std::string> problems;  ///< documents that are not understood, bounded
  std::size_t problem_count = 0;
};

struct RuleState {
  std::string origin;  ///< "starter rules", "update", paths of the configuration
  std::size_t rules = 0, correlations = 0, problems = 0;
};

class RuleKeeper {
 public:
  /// References outlive it.
  RuleKeeper(DataFolder folder, config::Detect options, event::Schema& schema, const event::LogsourceMap& logsources,
             unsigned threads)
      : folder_(std::move(folder)),
        options_(std::move(options)),
        schema_(schema),
        logsources_(logsources),
        threads_(threads) {}

  /// The set to start with. When the set of the last update cannot be used, the one before is, and `report` is told.
  Result<std::shared_ptr<const detect::CompiledRules>> load(const std::function<void(const std::string&)>& report);

  /// What the archive of rules `file` would change. Errors: InvalidInput when it has no usable rule.
  Result<RuleChanges> compare(const Fd& file) const;
  /// Compiles it, hands it to `use`, and keeps it when that succeeds. The configuration must not name rules of its own:
  /// Conflict.
  Result<RuleChanges> update(const Fd& file,
                             const std::function<Result<void>(std::shared_ptr<const detect::CompiledRules>)>& use);

  RuleState state() const;

 private:
  struct Loaded;
  std::filesystem::path current() const { return folder_.rules() / "current.tar"; }
  std::filesystem::path previous() const { return folder_.rules() / "previous.tar"; }
  Result<Loaded> read(const std::vector<std::string>& paths) const;
  Result<std::shared_ptr<const detect::CompiledRules>> make(const Loaded& loaded) const;
  void remember(const std::string& origin, const detect::CompiledRules& rules, std::size_t problems);
  std::filesystem::path incoming(const Fd& file, Result<void>& result) const;

  const DataFolder folder_;
  const config::Detect options_;
  event::Schema& schema_;
  const event::LogsourceMap& logsources_;
  const unsigned threads_;
  mutable std::mutex mutex_;  // guards state_; held through an update
  RuleState state_;
};

}  // namespace yorozu::serve
