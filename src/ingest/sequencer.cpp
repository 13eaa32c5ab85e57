#include "ingest/sequencer.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include "base/file.h"
#include "ingest/correlation_state.h"
#include "ingest/finding.h"
#include "ingest/intake.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

constexpr auto kTick = std::chrono::milliseconds(200);
constexpr auto kFirstRetry = std::chrono::milliseconds(50);
constexpr auto kLongestRetry = std::chrono::milliseconds(2000);
constexpr std::size_t kKeepTails = std::size_t{4} << 20;

}  // namespace

Sequencer::Sequencer(archive::Archive& archive, std::function<Timestamp()> now, SequencerOptions options,
                     std::unique_ptr<LiveCorrelation> correlation)
    : archive_(archive), now_(std::move(now)), options_(std::move(options)) {
  for (unsigned i = 0; i < std::max(options_.prepared, 2U); ++i) free_.push_back(std::make_unique<Prepared>());
  exchange(std::move(correlation));
  saved_at_ = now_();
}

Sequencer::~Sequencer() {
  stop();
}

void Sequencer::exchange(std::unique_ptr<LiveCorrelation> correlation) {
  if (limiter_) note_suppressed(true);  // the next commit writes them
  correlation_ = std::move(correlation);
  limiter_ = std::make_unique<FindingLimiter>(correlation_->rules()->rules.size(), options_.findings_per_minute);
}

std::unique_ptr<Prepared> Sequencer::borrow() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return stopping_ || !free_.empty(); });
  if (free_.empty()) return nullptr;
  std::unique_ptr<Prepared> out = std::move(free_.back());
  free_.pop_back();
  return out;
}

void Sequencer::give_back(std::unique_ptr<Prepared> unused) {
  const std::scoped_lock lock(mutex_);
  free_.push_back(std::move(unused));
  returned_.notify_one();
}

void Sequencer::submit(std::unique_ptr<Prepared> prepared) {
  const std::scoped_lock lock(mutex_);
  submitted_.push_back(std::move(prepared));
  changed_.notify_one();
}

Result<void> Sequencer::write_own(std::string_view input, std::string raw) {
  auto promise = std::make_shared<std::promise<Result<void>>>();  // shared with the sequencer's thread
  std::future<Result<void>> written = promise->get_future();
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return fail(ErrorCode::Cancelled, "the server is stopping");
    own_.push_back(
        {std::string(input), std::move(raw), [promise](const Result<void>& result) { promise->set_value(result); }});
    changed_.notify_one();
  }
  return written.get();
}

void Sequencer::resume(Replayed replayed) {
  known_ = std::move(replayed.known);
  for (auto& finding : replayed.findings) add_correlation_finding(std::move(finding));
}

void Sequencer::add_correlation_finding(std::pair<std::string, std::string> finding) {
  if (!known_.contains(finding.first)) findings_.push_back(std::move(finding.second));
}

void Sequencer::between_commits(const std::function<void()>& job) {
  auto done = std::make_shared<std::promise<void>>();  // shared with the sequencer's thread
  std::future<void> finished = done->get_future();
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back([&job, done] {
      job();
      done->set_value();
    });
    changed_.notify_one();
  }
  finished.wait();
}

void Sequencer::start() {
  thread_ = std::thread([this] { run(); });
}

void Sequencer::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    returned_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (saver_.joinable()) saver_.join();
}

std::string Sequencer::problem() const {
  const std::scoped_lock lock(mutex_);
  return problem_;
}

void Sequencer::set_problem(std::string text) {
  const std::scoped_lock lock(mutex_);
  problem_ = std::move(text);
}

void Sequencer::run() {
  if (commit_groups()) save_correlations(true);
  cancel_rest();
}

/// Until stopped. False: what came last could not be committed. Then the correlator knows more than the archive, so its
/// state must not be saved: the one saved last is right, and the lines behind it are read again.
bool Sequencer::commit_groups() {
  for (;;) {
    Group group;
    const bool go_on = take_group(group);
    assemble(group);
    const Result<void> result = lines_.empty() ? Result<void>() : commit_until_it_succeeds();
    finish(group, result);
    if (!result && result.error().code != ErrorCode::InvalidInput) return false;
    if (!go_on) return true;
    tick();
  }
}

/// Whoever still waits is told.
void Sequencer::cancel_rest() {
  const Result<void> cancelled = fail(ErrorCode::Cancelled, "the server is stopping");
  Group rest;
  std::deque<std::function<void()>> jobs;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    std::ranges::move(submitted_, std::back_inserter(rest.prepared));
    submitted_.clear();
    rest.own = std::move(own_);
    own_.clear();
    jobs.swap(jobs_);
  }
  finish(rest, cancelled);
  for (const auto& job : jobs) job();
}

/// Waits for something to do. False: stopping, and nothing is left after this group.
bool Sequencer::take_group(Group& group) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kTick, [&] { return stopping_ || !submitted_.empty() || !own_.empty() || !jobs_.empty(); });
  // Jobs see everything committed that was submitted before them: they wait while something is.
  while (submitted_.empty() && !jobs_.empty()) {
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
  while (!submitted_.empty() && group.bytes < options_.group_bytes) {
    group.bytes += submitted_.front()->tails.size();
    group.prepared.push_back(std::move(submitted_.front()));
    submitted_.pop_front();
  }
  group.own = std::move(own_);
  own_.clear();
  return !stopping_ || !submitted_.empty();
}

detect::Correlator::Sink Sequencer::sink() {
  return [this](detect::CorrelationFinding&& finding) {
    add_correlation_finding(correlation_finding(correlation_->rules()->correlations[finding.correlation], finding));
  };
}

void Sequencer::note_tickets(const Prepared& prepared, std::uint64_t first_seq) {
  if (prepared.lines.empty()) return;
  if (tickets_.size() <= prepared.worker) tickets_.resize(prepared.worker + 1);
  std::deque<TicketRange>& ranges = tickets_[prepared.worker];
  ranges.push_back({prepared.first_ticket, prepared.lines.size(), first_seq});
  if (ranges.size() > kTicketRanges) ranges.pop_front();
}

/// nullopt: the line is so long ago that its number was forgotten.
std::optional<std::uint64_t> Sequencer::seq_of(unsigned worker, std::uint64_t ticket) const {
  if (worker >= tickets_.size()) return std::nullopt;
  const std::deque<TicketRange>& ranges = tickets_[worker];
  const auto after = std::ranges::upper_bound(ranges, ticket, {}, &TicketRange::first_ticket);
  if (after == ranges.begin()) return std::nullopt;
  const TicketRange& range = *std::prev(after);
  if (ticket - range.first_ticket >= range.count) return std::nullopt;
  return range.first_seq + (ticket - range.first_ticket);
}

void Sequencer::add_hit(const Prepared& prepared, const Prepared::Hit& hit, std::uint64_t first_seq) {
  std::vector<std::uint64_t> seqs;
  if (hit.tickets.empty()) seqs.push_back(first_seq + hit.line);
  for (const std::uint64_t ticket : hit.tickets)
    if (const auto seq = seq_of(prepared.worker, ticket)) seqs.push_back(*seq);
  if (seqs.empty()) return;
  const std::uint64_t seq = seqs.back();
  if (hit.rule == Prepared::Hit::kDevice) {
    findings_.push_back(device_finding(*hit.device, seqs, hit.part));
    return;
  }
  const LiveRule& rule = prepared.rules->rules[hit.rule];
  if (rule.alerts && limiter_->admit(hit.rule, seq, now_())) findings_.push_back(rule_finding(rule, seqs, hit.part));
  if (!rule.wanted) return;
  correlation_->push({hit.rule, hit.time, {0, seq, seq}, hit.values}, hit.late_source, now_(), sink());
  ++pushed_since_save_;
}

void Sequencer::note_suppressed(bool all) {
  for (const FindingLimiter::Suppressed& held : limiter_->take(now_(), all))
    findings_.push_back(suppressed_finding(correlation_->rules()->rules[held.rule], held.count, held.first_seq,
                                           held.last_seq, held.from, held.to));
  counters_.suppressed = limiter_->suppressed_total();
}

void Sequencer::add_own_tail(std::string_view input, std::string_view raw) {
  const std::size_t begin = own_tails_.size();
  proof::append_line_tail({now_(), input, {}, {}, raw, {}}, own_tails_);
  own_tail_places_.push_back({begin, own_tails_.size() - begin});
}

/// Lines of the group in their order, then our own, then findings.
void Sequencer::assemble(const Group& group) {
  lines_.clear();
  own_tails_.clear();
  own_tails_.shrink(kKeepTails);
  own_tail_places_.clear();
  for (const auto& prepared : group.prepared) {
    const std::uint64_t first = archive_.next_seq() + lines_.size();
    for (const Prepared::PreparedLine& line : prepared->lines)
      lines_.push_back({line.group, prepared->tails.view().substr(line.begin, line.size)});
    note_tickets(*prepared, first);
    for (const Prepared::Hit& hit : prepared->hits) add_hit(*prepared, hit, first);
  }
  correlation_->advance(now_(), sink());
  note_suppressed(false);
  for (const OwnLine& own : group.own) add_own_tail(own.input, own.raw);
  for (const std::string& finding : findings_) add_own_tail(kFindingInput, finding);
  for (const OwnTail& place : own_tail_places_)  // only now: the buffer moved while it grew
    lines_.push_back({event::RetentionGroup::Yorozu, own_tails_.view().substr(place.begin, place.size)});
}

/// Gives up only when the server stops, or when the archive will never take these lines.
Result<void> Sequencer::commit_until_it_succeeds() {
  auto wait = kFirstRetry;
  for (;;) {
    const Result<void> result = archive_.commit(lines_);
    if (result) {
      counters_.commits.fetch_add(1, std::memory_order_relaxed);
      if (stalled_.exchange(false)) set_problem("");
      return result;
    }
    counters_.failed_commits.fetch_add(1, std::memory_order_relaxed);
    set_problem(result.error().message);
    if (result.error().code == ErrorCode::InvalidInput) return result;  // no second try will make it better
    stalled_ = true;
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, wait, [&] { return stopping_; })) return result;
    wait = std::min<std::chrono::milliseconds>(wait * 2, kLongestRetry);
  }
}

void Sequencer::finish(Group& group, const Result<void>& result) {
  const Timestamp now = now_();
  if (result) {
    counters_.lines.fetch_add(lines_.size(), std::memory_order_relaxed);
    counters_.findings.fetch_add(findings_.size(), std::memory_order_relaxed);
  }
  findings_.clear();
  for (auto& prepared : group.prepared) {
    if (result && prepared->oldest_received.known())
      counters_.received_to_durable.add(now.us - prepared->oldest_received.us);
    for (const auto& batch : prepared->batches) {
      if (batch->counters != nullptr && result && !batch->frames.empty())
        batch->counters->lag_us.store(now.us - batch->frames.front().received.us, std::memory_order_relaxed);
      if (batch->done) batch->done(result);
    }
    prepared->clear();
    give_back(std::move(prepared));
  }
  for (const OwnLine& own : group.own)
    if (own.done) own.done(result);
}

void Sequencer::tick() {
  const Timestamp now = now_();
  if (const auto sealed = archive_.seal_if_due(); !sealed) set_problem(sealed.error().message);
  const detect::Correlator::Counters correlation = correlation_->counters();
  counters_.correlation_groups_dropped = correlation.groups_dropped;
  counters_.correlation_late = correlation.late;
  counters_.correlation_bytes = correlation.bytes;
  if (now.us - saved_at_.us >= options_.save_every_us) save_correlations(false);
}

/// Writing takes its time on a slow disk, so another thread does it; this one only makes the bytes.
void Sequencer::save_correlations(bool wait) {
  saved_at_ = now_();
  if (options_.correlation_state.empty() || (pushed_since_save_ == 0 && !wait)) return;
  pushed_since_save_ = 0;
  if (saver_.joinable()) saver_.join();  // the one before: a minute old
  std::string bytes = encode({archive_.next_seq() - 1, correlation_->save()});
  saver_ = std::thread([this, bytes = std::move(bytes)] {
    if (const auto written = write_file_atomic(options_.correlation_state, bytes); !written)
      set_problem("correlation state could not be saved: " + written.error().message);
  });
  if (wait) saver_.join();
}

}  // namespace yorozu::ingest
