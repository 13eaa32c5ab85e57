/// Brings a correlator up to date with lines that are in the archive already: after a restart (what the saved state
/// does not know yet), and for rules that are new (what is still inside their windows).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "archive/archive.h"
#include "base/result.h"
#include "event/event.h"
#include "ingest/live_correlation.h"
#include "ingest/live_rules.h"

namespace yorozu::ingest {

struct Replayed {
  std::uint64_t next_seq = 0;  ///< one past the newest line read
  std::uint64_t lines = 0;
  /// Findings of correlations that were made meanwhile, with their ids.
  std::vector<std::pair<std::string, std::string>> findings;
  /// Ids of all findings among the lines: what is still inside the correlator may lead to them again.
  std::unordered_set<std::string> known;
};

/// Lines `from`..`to` - 1 of the archive, as far as they are there. `now`: for late sources.
Result<Replayed> replay(archive::CommitFeed& feed, std::uint64_t from, std::uint64_t to, LiveCorrelation& correlation,
                        std::int64_t tolerance_us, Timestamp now, event::Schema& schema,
                        const event::LogsourceMap& logsources);

/// First line of the newest segments and journals that can hold lines received at `since` or later, and at most
/// `max_lines` before the end.
std::uint64_t replay_start(const archive::Archive& archive, Timestamp since, std::uint64_t max_lines);

}  // namespace yorozu::ingest
