/// `yorozu stats`: one pass over the input that counts what is there and gathers what findings have in common.
#pragma once

#include <memory>

#include "base/result.h"
#include "detect/engine.h"
#include "hunt/event_statistics.h"
#include "hunt/file_report.h"
#include "hunt/input.h"
#include "hunt/pipeline.h"
#include "hunt/pivots.h"

namespace yorozu::hunt {

struct StatsResult {
  EventStatistics statistics;
  Pivots pivots;
  std::vector<FileReport> files;
};

struct StatsOptions {
  PipelineOptions pipeline;
  Timestamp from, to;  ///< [from, to); none: no bound
};

/// Pivots are of matches of rules at medium or above.
Result<StatsResult> gather_statistics(Input& input, event::Schema& schema, const event::LogsourceMap& logsources,
                                      std::shared_ptr<const detect::CompiledRules> rules, const StatsOptions& options);

}  // namespace yorozu::hunt
