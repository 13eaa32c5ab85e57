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
#include "hunt/correlation_stage.h"
#include "hunt/file_report.h"
#include "hunt/findings.h"
#include "hunt/input.h"
#include "hunt/row_filter.h"
#include "hunt/row_order.h"

namespace yorozu::hunt {

struct HuntOptions {
  unsigned threads = 1;
  RowFilter filter;
  const std::atomic<bool>* cancelled = nullptr;
};

/// The temporary files of a hunt; made before a sandbox closes the file system.
struct HuntFiles {
  static constexpr std::size_t kRowMemory = std::size_t{24} << 20;   ///< of rows, before they go to disk
  static constexpr std::size_t kMatchMemory = std::size_t{8} << 20;  ///< of matches that wait for correlations

  RowOrder rows;
  MatchOrder matches;
  static Result<HuntFiles> open(const std::filesystem::path& folder, unsigned threads, Grouping grouping);
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
  /// References outlive the hunt.
  Hunt(HuntFiles files, const std::shared_ptr<const detect::CompiledRules>& compiled, const RuleTable& rules,
       event::Schema& schema, const event::LogsourceMap& logsources, HuntOptions options);
  ~Hunt();

  /// Once. Errors of the sink end the run.
  Result<HuntResult> run(Input& input, RowSink& sink, HuntProgress& progress);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::hunt
