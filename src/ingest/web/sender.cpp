#include "ingest/web/sender.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>

#include "proof/line.h"

namespace yorozu::ingest::web {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
constexpr std::size_t kBatchFrames = 4096;

struct Journey {
  std::vector<FrameBatch> batches;
  std::vector<Fate> fates;
  std::vector<std::uint64_t> frames, bytes;  ///< of each batch
  std::size_t next = 0;                      ///< of batches; whoever pushes owns it
  std::atomic<std::size_t> open = 0;         ///< batches without a fate, and one for the pushing itself
  Sender::Done done;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

  void settle(std::size_t n) {
    if (open.fetch_sub(n) == n) done(fates);
  }
};

}  // namespace

Batches::Batches(std::string input, std::string peer, const SourceProfile& source, std::uint64_t stream,
                 InputCounters& counters)
    : input_(std::move(input)), peer_(std::move(peer)), source_(source), stream_(stream), counters_(counters) {}

FrameBatch& Batches::room() {
  if (batches_.empty() || batches_.back().bytes >= kBatchBytes || batches_.back().frames.size() >= kBatchFrames) {
    FrameBatch& batch = batches_.emplace_back();
    batch.input = input_;
    batch.peer = peer_;
    batch.source_class = source_.source_class;
    batch.zone = source_.zone;
    batch.stream = stream_;
    batch.counters = &counters_;
    last_via_ = {};
  }
  return batches_.back();
}

std::size_t Batches::frame(Timestamp received, std::string_view raw, std::string_view via_json) {
  FrameBatch& batch = room();
  std::optional<std::uint64_t> cut;
  if (raw.size() > proof::kMaxRawBytes) {
    cut = raw.size();
    raw = raw.substr(0, proof::kMaxRawBytes);
  }
  if (via_json != last_via_) last_via_ = batch.arena.copy(via_json);
  batch.frames.push_back({received, batch.arena.copy(raw), last_via_, cut});
  batch.bytes += raw.size();
  ++frames_;
  return batches_.size() - 1;
}

struct Sender::State : std::enable_shared_from_this<State> {
  State(Intake& to, InputCounters& count) : intake(to), counters(count) {}

  Intake& intake;
  InputCounters& counters;
  mutable std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::set<std::shared_ptr<Journey>> waiting;  // for room
  std::size_t pushing = 0;                     // journeys that are not through the door
  bool stopping = false;

  bool is_stopping() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  void push_on(const std::shared_ptr<Journey>& journey) {
    Journey& j = *journey;
    while (j.next < j.batches.size()) {
      if (is_stopping()) return give_up(journey, Fate::Stopped);
      FrameBatch& batch = j.batches[j.next];
      if (!intake.try_push(batch)) {
        if (j.next == 0 || std::chrono::steady_clock::now() - j.began > kLongestWait)
          return give_up(journey, Fate::Busy);
        if (!wait_for_room(journey)) return give_up(journey, Fate::Stopped);
        return;
      }
      counters.received += j.frames[j.next];
      counters.bytes += j.bytes[j.next];
      ++j.next;
    }
    leave(journey, 1);
  }

  bool wait_for_room(const std::shared_ptr<Journey>& journey) {
    {
      const std::lock_guard lock(mutex);
      if (stopping) return false;
      waiting.insert(journey);
    }
    intake.when_room([self = shared_from_this(), journey] {
      {
        const std::lock_guard lock(self->mutex);
        if (self->waiting.erase(journey) == 0) return;  // stop() was first
      }
      self->push_on(journey);
    });
    return true;
  }

  void give_up(const std::shared_ptr<Journey>& journey, Fate fate) {
    Journey& j = *journey;
    const std::size_t left = j.batches.size() - j.next;
    for (std::size_t i = j.next; i < j.batches.size(); ++i) {
      j.fates[i] = fate;
      counters.refused += j.frames[i];
    }
    leave(journey, left + 1);
  }

  void leave(const std::shared_ptr<Journey>& journey, std::size_t settled) {
    journey->batches.clear();
    journey->settle(settled);
    const std::lock_guard lock(mutex);
    --pushing;
    changed.notify_all();
  }
};

Sender::Sender(Intake& intake, InputCounters& counters) : state_(std::make_shared<State>(intake, counters)) {}
Sender::~Sender() {
  stop();
}

void Sender::send(std::vector<FrameBatch> batches, Done done) {
  auto journey = std::make_shared<Journey>();
  journey->batches = std::move(batches);
  journey->fates.assign(journey->batches.size(), Fate::Durable);
  journey->open = journey->batches.size() + 1;
  journey->done = std::move(done);
  for (std::size_t i = 0; i < journey->batches.size(); ++i) {
    FrameBatch& batch = journey->batches[i];
    journey->frames.push_back(batch.frames.size());
    journey->bytes.push_back(batch.bytes);
    batch.done = [journey, i](const Result<void>& result) {
      if (!result) journey->fates[i] = Fate::Failed;
      journey->settle(1);
    };
    if (!batch.frames.empty()) state_->counters.last_seen_us = batch.frames.back().received.us;
  }
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->pushing;
  }
  state_->push_on(journey);
}

void Sender::stop() {
  std::set<std::shared_ptr<Journey>> waiting;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    waiting.swap(state_->waiting);
  }
  for (const auto& journey : waiting) state_->give_up(journey, Fate::Stopped);
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->pushing == 0; });
}

bool Sender::is_stopped() const {
  return state_->is_stopping();
}

}  // namespace yorozu::ingest::web
