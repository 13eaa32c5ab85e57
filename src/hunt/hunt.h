/// Rules over files: matches become rows, matches that correlations want go through the correlator in order of time,
/// and everything comes out as one timeline. The result does not depend on the number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"
#include "detect/correlation.h"
#include "detect/engine.h"
#include "hunt/file_report.h"
#include "hunt/findings.h"
#include "hunt/input.h"
#include "hunt/row_filter.h"
#include "hunt/row_order.h"

namespace yorozu::hunt {

struct HuntOptions {
  unsigned threads = 1;
  Grouping grouping = Grouping::None;
  RowFilter filter;
  std::filesystem::path spill_folder;
  std::size_t row_memory = std::size_t{24} << 20;   ///< of rows, before they go to disk
  std::size_t match_memory = std::size_t{8} << 20;  ///< of matches that wait for correlations
  const std::atomic<bool>* cancelled = nullptr;
};

/// Watched by another thread while the hunt runs.
struct HuntProgress {
  std::atomic<std::uint64_t> events = 0;
  std::atomic<std::uint64_t> matches = 0;
  std::atomic<bool> reading = true;  ///< false: all read, the timeline is being written
};

struct HuntResult {
  std::vector<FileReport> files;  ///< one for each file of the input
  std::uint64_t events = 0;
  std::vector<detect::CannotFire> cannot_fire;
  bool correlated = false;
  detect::Correlator::Counters correlation;
};

/// Where rows go, in order.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual Result<void> row(const Row& row) = 0;
};

class Hunt {
 public:
  /// Makes the temporary files, so that afterwards a sandbox may close the file system. All arguments outlive the hunt.
  static Result<Hunt> prepare(std::shared_ptr<const detect::CompiledRules> compiled, const RuleTable& rules,
                              event::Schema& schema, const event::LogsourceMap& logsources, HuntOptions options);
  Hunt(Hunt&&) noexcept;
  ~Hunt();

  /// Once. Errors of the sink end the run.
  Result<HuntResult> run(Input& input, RowSink& sink, HuntProgress& progress);

 private:
  struct Impl;
  explicit Hunt(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::hunt
