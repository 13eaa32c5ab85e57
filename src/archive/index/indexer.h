/// Keeps the index in step with the sealed segments of an archive: builds what is missing, stale or damaged, newest
/// first, and merges the files of finished days. It never writes below the archive folder, and may be stopped or killed
/// at any point: files appear whole under their name or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "archive/disk.h"
#include "base/result.h"
#include "base/time.h"

namespace yorozu::archive::index {

struct IndexerOptions {
  std::filesystem::path archive, index;
  enum class Until : std::uint8_t {
    CaughtUp,  ///< returns when everything is indexed
    Stopped,   ///< follows the archive
  } until = Until::CaughtUp;
  enum class Rebuild : std::uint8_t {
    Needed,
    All,  ///< also what is good
  } rebuild = Rebuild::Needed;
  std::int64_t look_every_us = std::int64_t{2} * 1000000;           ///< for new segments
  std::int64_t check_every_us = std::int64_t{24} * 3600 * 1000000;  ///< every byte of the index, again
};

struct IndexerProgress {
  std::uint64_t segments = 0, behind = 0;  ///< sealed; of these not indexed yet
  std::uint64_t behind_bytes = 0;          ///< of those, on disk
  Timestamp behind_since;                  ///< latest `received` of what is indexed; unknown: nothing is behind
  std::uint64_t built = 0, built_events = 0, merged = 0;
  std::uint64_t found_damaged = 0;  ///< index files that were thrown away
  std::string problem;              ///< why the last step failed; it is tried again
};

/// Runs in the calling thread, at the lowest priority of the machine when it follows. `stop` is asked between blocks
/// and while it waits; `report` gets what changed. Errors: Conflict when another one runs on that index; Io about the
/// archive; what a single segment says is in IndexerProgress::problem. Until::CaughtUp: the last of these is an error.
Result<IndexerProgress> run_indexer(Disk& disk, const IndexerOptions& options, const std::function<bool()>& stop,
                                    const std::function<void(const IndexerProgress&)>& report);

}  // namespace yorozu::archive::index
