/// Rules made ready, with a cache on disk: the second start parses no YAML and compiles no pattern database.
///
/// One file for each set of rules, in a folder of its owner alone (0700; files 0600). The content is trusted only when
/// file and folder belong to us, nobody else may write them, and a keyed BLAKE2b hash over everything is right; the key
/// is made at the first use and lies beside it. What does not pass is made anew and replaced, and counted. Format:
/// docs/formats/rule-cache.md.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "detect/engine.h"
#include "sigma/load.h"

namespace yorozu::detect {

struct ReadyOptions {
  unsigned threads = 1;
  std::optional<std::filesystem::path> cache_folder;  ///< made when missing; nullopt: no cache
};

struct Ready {
  std::shared_ptr<const CompiledRules> rules;
  enum class Cache {
    Off,
    Used,
    Missing,   ///< nothing there for these rules; written now
    Rejected,  ///< something there, but damaged, stale or not ours; written anew
    Unusable,  ///< the folder cannot be used; compiled without
  } cache = Cache::Off;
  std::string detail;  ///< why, of Rejected and Unusable
};

Result<Ready> make_ready(std::span<const sigma::RuleText> texts, const sigma::LoadOptions& options,
                         event::Schema& schema, const event::LogsourceMap& logsources, const ReadyOptions& ready);

/// $XDG_CACHE_HOME/yorozu/rules, else ~/.cache/yorozu/rules; nullopt without either.
std::optional<std::filesystem::path> default_cache_folder();

}  // namespace yorozu::detect
