/// From frames to durable lines with findings: queue -> workers (decode, match) -> sequencer (number, correlate,
/// commit).
///
///   inputs --FrameBatch--> IntakeQueue --> Worker x n --Prepared--> Sequencer --> archive, then FrameBatch::done
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "archive/archive.h"
#include "base/result.h"
#include "detect/engine.h"
#include "event/event.h"
#include "ingest/intake.h"
#include "ingest/intake_queue.h"
#include "ingest/sequencer.h"
#include "ingest/worker.h"

namespace yorozu::ingest {

struct PipelineOptions {
  unsigned workers = 2;
  std::size_t queue_bytes = std::size_t{32} << 20;
  ClassQuotas quotas{};
  SequencerOptions sequencer;
  std::uint64_t replay_lines = 2'000'000;  ///< most lines read again to fill windows of rules that are new
};

struct PipelineStatus {
  std::size_t queued_bytes = 0;
  std::uint64_t lines = 0, findings = 0, suppressed = 0, commits = 0, failed_commits = 0;
  std::uint64_t correlation_bytes = 0, correlation_groups_dropped = 0, correlation_late = 0;
  std::int64_t durable_p50_us = 0, durable_p99_us = 0;  ///< received to durable, of groups
  std::size_t rules = 0, correlations = 0;
  std::string problem;
};

class Pipeline final : public Intake {
 public:
  /// Reads what the saved state of correlations does not know yet, then starts its threads. References outlive the
  /// pipeline. Errors: of reading the archive.
  static Result<std::unique_ptr<Pipeline>> open(archive::Archive& archive, event::Schema& schema,
                                                const event::LogsourceMap& logsources,
                                                std::shared_ptr<const detect::CompiledRules> rules,
                                                PipelineOptions options, std::function<Timestamp()> now);
  ~Pipeline() override;

  bool try_push(FrameBatch& batch) override;
  void when_room(std::function<void()> ready) override;

  /// A line of our own (input `yorozu.audit` ...), durable when this returns.
  Result<void> write_own(std::string_view input, std::string raw) {
    return sequencer_->write_own(input, std::move(raw));
  }

  /// Exchanges the rules between two events: every event is judged by the old set or the new one, none by neither.
  /// Windows of correlations go on when the correlations are the same, else they are filled from the archive first.
  Result<void> reload(std::shared_ptr<const detect::CompiledRules> rules);

  /// Seals the open journal now, between two commits.
  Result<void> seal();

  /// Takes nothing more, commits what was taken, saves the state. Whoever still waits is told. Idempotent.
  void stop();

  PipelineStatus status() const;
  /// Rules that could not fire on what came in so far. Waits for the workers to finish what they are at.
  std::vector<detect::CannotFire> cannot_fire() const;
  std::shared_ptr<const LiveRules> rules() const;

 private:
  struct Lane {
    std::mutex working;  ///< held while a batch is between the queue and the sequencer
    std::unique_ptr<Worker> worker;
    std::thread thread;
    std::atomic<bool> ended = false;
  };

  Pipeline(archive::Archive& archive, event::Schema& schema, const event::LogsourceMap& logsources,
           PipelineOptions options, std::function<Timestamp()> now);
  void run_lane(unsigned number);
  void start();

  archive::Archive& archive_;
  event::Schema& schema_;
  const event::LogsourceMap& logsources_;
  const PipelineOptions options_;
  const std::function<Timestamp()> now_;
  IntakeQueue queue_;
  std::unique_ptr<Sequencer> sequencer_;
  mutable std::mutex rules_mutex_;  ///< guards rules_
  std::shared_ptr<const LiveRules> rules_;
  std::mutex reload_mutex_;  ///< one reload at a time
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::thread waker_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace yorozu::ingest
