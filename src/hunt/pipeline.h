/// Reads inputs on several threads and gives the results in order: the one mechanism behind hunt, stats, grep, dump and
/// `rules test`. Each thread takes units from the Input, decodes them with decoders of its own and runs the caller's
/// job on the batch; what the job made of a unit is handed to `merge` in the order (file, unit), one call at a time,
/// whatever the number of threads. At most kMaxAhead results wait for an earlier one: then the threads that are ahead
/// wait too.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "hunt/file_report.h"
#include "hunt/input.h"

namespace yorozu::hunt {

/// What a job makes of one unit; each command has its own.
struct UnitOutput {
  virtual ~UnitOutput() = default;
};

/// One per thread; holds what pays across units (a Matcher, buffers).
class UnitJob {
 public:
  virtual ~UnitJob() = default;
  /// `batch` and `work` live as long as the call: the output keeps copies.
  virtual std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch& batch) = 0;
  /// For jobs that need no events of some units: asked first; with an answer the unit is not decoded and run() not
  /// called. `report` gets what decoding would have reported.
  virtual std::unique_ptr<UnitOutput> run_undecoded(const Work&, codec::UnitReport&) { return nullptr; }
};

struct PipelineOptions {
  unsigned threads = 1;                          ///< at least 1
  const std::atomic<bool>* cancelled = nullptr;  ///< set by a signal handler: no new units are begun
};

/// Makes the job of a thread; called on that thread, before any event is decoded.
using MakeJob = std::function<std::unique_ptr<UnitJob>()>;
/// In order, never two at once. `file` as in Work.
using Merge = std::function<void(std::uint32_t file, std::unique_ptr<UnitOutput> output)>;

/// Runs until the input is used up or cancelled. Gives one report for each file of the input (files without any event
/// included). An exception inside a thread ends the run and becomes the Error; what was merged before stays merged.
Result<std::vector<FileReport>> run_pipeline(Input& input, event::Schema& schema, const event::LogsourceMap& logsources,
                                             const PipelineOptions& options, const MakeJob& make_job,
                                             const Merge& merge);

}  // namespace yorozu::hunt
