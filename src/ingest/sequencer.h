/// Gives lines their numbers and makes them durable: the one thread that writes to the archive. Findings go into the
/// same journal record, behind their events, so neither exists without the other.
///
/// Commits are natural groups: one begins when the previous has ended and something waits. A commit that fails is tried
/// again with the same lines and numbers until it succeeds: nothing is acknowledged meanwhile, `problem()` says why,
/// and the correlator need not forget anything.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <vector>

#include "archive/archive.h"
#include "base/buffer.h"
#include "base/result.h"
#include "ingest/finding_limiter.h"
#include "ingest/latency.h"
#include "ingest/live_correlation.h"
#include "ingest/live_rules.h"
#include "ingest/prepared.h"
#include "ingest/replay.h"

namespace yorozu::ingest {

struct SequencerOptions {
  std::size_t group_bytes = std::size_t{1} << 20;          ///< a commit takes in no more prepared batches beyond this
  unsigned prepared = 6;                                   ///< batches that may be prepared or waiting at a time
  std::int64_t tolerance_us = std::int64_t{15} * 1000000;  ///< how late events may come for correlations
  std::uint64_t findings_per_minute = 1000;                ///< of one rule, kept one by one
  std::int64_t save_every_us = std::int64_t{60} * 1000000;
  std::filesystem::path correlation_state;  ///< file; empty: not kept
};

/// Written by the sequencer, read by anybody.
struct SequencerCounters {
  std::atomic<std::uint64_t> lines = 0, findings = 0, suppressed = 0, commits = 0, failed_commits = 0;
  std::atomic<std::uint64_t> correlation_groups_dropped = 0, correlation_late = 0, correlation_bytes = 0;
  LatencyHistogram received_to_durable;
};

class Sequencer {
 public:
  /// `archive` outlives the sequencer.
  Sequencer(archive::Archive& archive, std::function<Timestamp()> now, SequencerOptions options,
            std::unique_ptr<LiveCorrelation> correlation);
  ~Sequencer();

  /// An empty batch to fill; waits while too many are on their way. nullptr after stop().
  std::unique_ptr<Prepared> borrow();
  void submit(std::unique_ptr<Prepared> prepared);
  void give_back(std::unique_ptr<Prepared> unused);

  /// A line of our own ("yorozu.audit" ...), durable when this returns. Any thread but the sequencer's.
  Result<void> write_own(std::string_view input, std::string raw);
  /// Before start(): what a replay made. Findings that the archive has already are not written again, now or when the
  /// correlation comes to them later.
  void resume(Replayed replayed);

  /// Runs `job` on the sequencer's thread between two commits and waits for it.
  void between_commits(const std::function<void()>& job);
  /// Inside `job` of between_commits(): the next commit uses these.
  void exchange(std::unique_ptr<LiveCorrelation> correlation);
  LiveCorrelation& correlation() { return *correlation_; }

  void start();
  /// Commits what was submitted, saves the state of correlations, ends the thread. A commit that fails now fails for
  /// good: whoever waits is told.
  void stop();

  /// A commit failed and is tried again and again: nothing more should be taken in.
  bool stalled() const { return stalled_; }
  /// What went wrong last, "" when nothing is.
  std::string problem() const;
  const SequencerCounters& counters() const { return counters_; }

 private:
  struct OwnLine {
    std::string input, raw;
    std::function<void(const Result<void>&)> done;
  };
  /// What one commit is about to write.
  struct Group {
    std::vector<std::unique_ptr<Prepared>> prepared;
    std::vector<OwnLine> own;
    std::size_t bytes = 0;
    std::uint64_t pushed_matches = 0;
  };

  void run();
  bool commit_groups();
  void cancel_rest();
  bool take_group(Group& group);
  void assemble(const Group& group);
  void add_hit(const Prepared& prepared, const Prepared::Hit& hit, std::uint64_t first_seq);
  void note_tickets(const Prepared& prepared, std::uint64_t first_seq);
  std::optional<std::uint64_t> seq_of(unsigned worker, std::uint64_t ticket) const;
  void add_correlation_finding(std::pair<std::string, std::string> finding);
  void add_own_tail(std::string_view input, std::string_view raw);
  void note_suppressed(bool all);
  Result<void> commit_until_it_succeeds();
  void finish(Group& group, const Result<void>& result);
  void tick();
  void save_correlations(bool wait);
  void set_problem(std::string text);
  detect::Correlator::Sink sink();

  archive::Archive& archive_;
  const std::function<Timestamp()> now_;
  const SequencerOptions options_;

  mutable std::mutex mutex_;  ///< guards what stands until the blank line
  std::condition_variable changed_, returned_;
  std::deque<std::unique_ptr<Prepared>> submitted_;
  std::vector<std::unique_ptr<Prepared>> free_;
  std::vector<OwnLine> own_;
  std::deque<std::function<void()>> jobs_;
  std::string problem_;
  bool stopping_ = false;

  // Of the sequencer's thread alone.
  std::unique_ptr<LiveCorrelation> correlation_;
  std::unique_ptr<FindingLimiter> limiter_;
  std::vector<archive::PendingLine> lines_;
  struct TicketRange {
    std::uint64_t first_ticket, count, first_seq;
  };
  static constexpr std::size_t kTicketRanges = 4096;
  std::vector<std::deque<TicketRange>> tickets_;  ///< of each worker's newest batches
  Buffer own_tails_;
  struct OwnTail {
    std::size_t begin, size;
  };
  std::vector<OwnTail> own_tail_places_;
  std::vector<std::string> findings_;
  std::unordered_set<std::string> known_;  ///< ids of findings that a replay met in the archive
  std::uint64_t pushed_since_save_ = 0;
  Timestamp saved_at_;

  std::atomic<bool> stalled_ = false;
  SequencerCounters counters_;
  std::thread thread_;
  std::thread saver_;
};

}  // namespace yorozu::ingest
