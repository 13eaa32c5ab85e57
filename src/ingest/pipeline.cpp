#include "ingest/pipeline.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/try.h"
#include "ingest/correlation_state.h"
#include "ingest/replay.h"

namespace yorozu::ingest {
namespace {

constexpr std::size_t kWorkerBytes = std::size_t{256} << 10;
constexpr auto kExpiryEvery = std::chrono::milliseconds(500);
constexpr auto kWakeEvery = std::chrono::milliseconds(50);

std::unique_ptr<LiveCorrelation> make_correlation(const std::shared_ptr<const LiveRules>& rules,
                                                  const SequencerOptions& options) {
  return std::make_unique<LiveCorrelation>(rules, options.tolerance_us);
}

/// A correlator that knows the archive up to its end, and the findings that were still owed.
struct Ready {
  std::unique_ptr<LiveCorrelation> correlation;
  Replayed replayed;
};

Result<Ready> correlation_after_restart(archive::Archive& archive, const std::shared_ptr<const LiveRules>& rules,
                                        event::Schema& schema, const event::LogsourceMap& logsources,
                                        const PipelineOptions& options, Timestamp now) {
  Ready out;
  const std::int64_t tolerance = options.sequencer.tolerance_us;
  out.correlation = make_correlation(rules, options.sequencer);
  if (rules->correlations.empty()) return out;
  const auto state = load_correlation_state(options.sequencer.correlation_state);
  const std::uint64_t end = archive.next_seq();
  // A state that is ahead of the archive belongs to another one.
  if (state && state->seq < end && out.correlation->restore(state->bytes)) {
    TRY_ASSIGN(out.replayed,
               replay(archive.feed(), state->seq + 1, end, *out.correlation, tolerance, now, schema, logsources));
    return out;
  }
  // Without state: windows are filled, but what they find was found before, or by other rules.
  out.correlation = make_correlation(rules, options.sequencer);
  const Timestamp since{now.us - rules->longest_window_us};
  TRY(replay(archive.feed(), replay_start(archive, since, options.replay_lines), end, *out.correlation, tolerance, now,
             schema, logsources));
  return out;
}

}  // namespace

Pipeline::Pipeline(archive::Archive& archive, event::Schema& schema, const event::LogsourceMap& logsources,
                   PipelineOptions options, std::function<Timestamp()> now)
    : archive_(archive),
      schema_(schema),
      logsources_(logsources),
      options_(std::move(options)),
      now_(std::move(now)),
      queue_(options_.queue_bytes, options_.workers, options_.quotas) {}

Result<std::unique_ptr<Pipeline>> Pipeline::open(archive::Archive& archive, event::Schema& schema,
                                                 const event::LogsourceMap& logsources,
                                                 std::shared_ptr<const detect::CompiledRules> rules,
                                                 PipelineOptions options, std::function<Timestamp()> now) {
  std::unique_ptr<Pipeline> out(new Pipeline(archive, schema, logsources, std::move(options), std::move(now)));
  out->rules_ = make_live_rules(std::move(rules));
  TRY_ASSIGN(Ready ready,
             correlation_after_restart(archive, out->rules_, schema, logsources, out->options_, out->now_()));
  out->sequencer_ =
      std::make_unique<Sequencer>(archive, out->now_, out->options_.sequencer, std::move(ready.correlation));
  out->sequencer_->resume(std::move(ready.replayed));
  out->start();
  return out;
}

Pipeline::~Pipeline() {
  stop();
}

void Pipeline::start() {
  sequencer_->start();
  for (unsigned i = 0; i < std::max(options_.workers, 1U); ++i) {
    lanes_.push_back(std::make_unique<Lane>());
    lanes_.back()->worker = std::make_unique<Worker>(schema_, logsources_, options_.sequencer.tolerance_us, i);
  }
  for (unsigned i = 0; i < lanes_.size(); ++i) lanes_[i]->thread = std::thread([this, i] { run_lane(i); });
  waker_ = std::thread([this] {
    while (!stopping_) {
      std::this_thread::sleep_for(kWakeEvery);
      queue_.wake_waiting();
    }
  });
}

void Pipeline::run_lane(unsigned number) {
  Lane& lane = *lanes_[number];
  for (bool ends = false; !ends;) {
    // Events that rest on several frames are also complete when nothing more comes.
    const bool waiting = lane.worker->next_expiry().known();
    auto batches = queue_.pop(number, kWorkerBytes, waiting ? std::optional(kExpiryEvery) : std::nullopt);
    ends = batches.empty() && queue_.closed();
    std::unique_ptr<Prepared> prepared = sequencer_->borrow();  // may wait long: not with the lane locked
    if (prepared == nullptr) {
      for (const auto& batch : batches)
        if (batch->done) batch->done(fail(ErrorCode::Cancelled, "the server is stopping"));
      continue;
    }
    const std::scoped_lock lock(lane.working);
    lane.worker->prepare(std::move(batches), rules(), now_(), ends ? Worker::Ending::Ends : Worker::Ending::GoesOn,
                         *prepared);
    sequencer_->submit(std::move(prepared));
  }
  lane.ended = true;
}

bool Pipeline::try_push(FrameBatch& batch) {
  return !sequencer_->stalled() && queue_.try_push(batch, now_());
}

void Pipeline::when_room(std::function<void()> ready) {
  queue_.when_room(std::move(ready));
}

std::shared_ptr<const LiveRules> Pipeline::rules() const {
  const std::scoped_lock lock(rules_mutex_);
  return rules_;
}

Result<void> Pipeline::seal() {
  Result<void> sealed;
  sequencer_->between_commits([&] { sealed = archive_.seal(); });
  return sealed;
}

Result<void> Pipeline::reload(std::shared_ptr<const detect::CompiledRules> compiled) {
  const std::scoped_lock one(reload_mutex_);
  const std::shared_ptr<const LiveRules> next = make_live_rules(std::move(compiled));
  const std::int64_t tolerance = options_.sequencer.tolerance_us;
  // The long part runs beside the old rules: what is in the archive by now.
  std::unique_ptr<LiveCorrelation> correlation = make_correlation(next, options_.sequencer);
  std::uint64_t known_to = replay_start(archive_, {now_().us - next->longest_window_us}, options_.replay_lines);
  if (!next->correlations.empty()) {
    TRY_ASSIGN(const Replayed filled, replay(archive_.feed(), known_to, archive_.feed().end(), *correlation, tolerance,
                                             now_(), schema_, logsources_));
    known_to = filled.next_seq;
  }

  // Then everything stands still for a moment: no batch is between queue and archive.
  std::vector<std::unique_lock<std::mutex>> quiet;
  quiet.reserve(lanes_.size());
  for (const auto& lane : lanes_) quiet.emplace_back(lane->working);
  Result<void> result;
  sequencer_->between_commits([&] {
    // The same correlations: the windows as they are, with everything that waits in them.
    auto same = make_correlation(next, options_.sequencer);
    if (same->restore(sequencer_->correlation().save())) {
      correlation = std::move(same);
    } else if (!next->correlations.empty()) {
      const auto rest =
          replay(archive_.feed(), known_to, archive_.next_seq(), *correlation, tolerance, now_(), schema_, logsources_);
      if (!rest) {
        result = std::unexpected(rest.error());
        return;
      }
    }
    sequencer_->exchange(std::move(correlation));
  });
  if (!result) return result;
  const std::scoped_lock lock(rules_mutex_);
  rules_ = next;
  return {};
}

void Pipeline::stop() {
  if (stopping_.exchange(true)) return;
  queue_.close();
  // A lane may wait for a sequencer that waits for a full disk: that one is ended first.
  while (!std::ranges::all_of(lanes_, [](const auto& lane) { return lane->ended.load(); })) {
    if (sequencer_->stalled()) sequencer_->stop();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (const auto& lane : lanes_) lane->thread.join();
  waker_.join();
  sequencer_->stop();
}

PipelineStatus Pipeline::status() const {
  const SequencerCounters& counters = sequencer_->counters();
  PipelineStatus out;
  out.queued_bytes = queue_.bytes();
  out.lines = counters.lines;
  out.findings = counters.findings;
  out.suppressed = counters.suppressed;
  out.commits = counters.commits;
  out.failed_commits = counters.failed_commits;
  out.correlation_bytes = counters.correlation_bytes;
  out.correlation_groups_dropped = counters.correlation_groups_dropped;
  out.correlation_late = counters.correlation_late;
  out.durable_p50_us = counters.received_to_durable.quantile(0.5);
  out.durable_p99_us = counters.received_to_durable.quantile(0.99);
  const auto rules = this->rules();
  out.rules = rules->rules.size();
  out.correlations = rules->correlations.size();
  out.problem = sequencer_->problem();
  return out;
}

std::vector<detect::CannotFire> Pipeline::cannot_fire() const {
  std::vector<std::unique_lock<std::mutex>> quiet;
  std::vector<const detect::Matcher::Coverage*> coverage;
  for (const auto& lane : lanes_) {
    quiet.emplace_back(lane->working);
    if (const auto* seen = lane->worker->coverage()) coverage.push_back(seen);
  }
  return detect::cannot_fire(*rules()->compiled, coverage);
}

}  // namespace yorozu::ingest
