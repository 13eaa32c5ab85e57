#include "ingest/intake_queue.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"

namespace yorozu::ingest {
namespace {

constexpr double kBurstSeconds = 10;

std::size_t class_of(const FrameBatch& batch) {
  return static_cast<std::size_t>(batch.source_class);
}

}  // namespace

std::size_t cost_of(const FrameBatch& batch) {
  return batch.bytes + batch.frames.size() * sizeof(Frame) + sizeof(FrameBatch);
}

IntakeQueue::IntakeQueue(std::size_t limit_bytes, unsigned lanes, const ClassQuotas& quotas)
    : limit_(limit_bytes), quotas_(quotas) {
  for (unsigned i = 0; i < std::max(lanes, 1U); ++i) lanes_.push_back(std::make_unique<Lane>());
}

/// An empty share always takes one batch, however large: else a batch beyond its share could never come in.
bool IntakeQueue::has_room(const FrameBatch& batch, std::size_t cost) const {
  const std::size_t of_class = bytes_of_class_[class_of(batch)];
  const auto stream = bytes_of_stream_.find(batch.stream);
  const std::size_t of_stream = stream == bytes_of_stream_.end() ? 0 : stream->second;
  const std::size_t class_share = limit_ / 4 * 3, stream_share = class_share / 2;
  return (bytes_ == 0 || bytes_ + cost <= limit_) && (of_class == 0 || of_class + cost <= class_share) &&
         (of_stream == 0 || of_stream + cost <= stream_share);
}

bool IntakeQueue::within_quota(const FrameBatch& batch, Timestamp now) {
  const auto quota = static_cast<double>(quotas_[class_of(batch)]);
  if (quota == 0) return true;
  Bucket& bucket = buckets_[class_of(batch)];
  const double most = quota * kBurstSeconds;
  if (!bucket.since.known())
    bucket.tokens = most;
  else if (now > bucket.since)
    bucket.tokens = std::min(most, bucket.tokens + quota * static_cast<double>(now.us - bucket.since.us) / 1e6);
  bucket.since = now;
  // May go below zero by one batch: a batch larger than the burst has to pass at some time.
  if (bucket.tokens <= 0) return false;
  bucket.tokens -= static_cast<double>(batch.bytes);
  return true;
}

bool IntakeQueue::try_push(FrameBatch& batch, Timestamp now) {
  const std::size_t cost = cost_of(batch);
  const std::scoped_lock lock(mutex_);
  if (closed_ || !has_room(batch, cost) || !within_quota(batch, now)) return false;
  bytes_ += cost;
  bytes_of_class_[class_of(batch)] += cost;
  bytes_of_stream_[batch.stream] += cost;
  const std::uint64_t stream = batch.stream;
  Lane& lane = *lanes_[hash64(as_bytes({reinterpret_cast<const char*>(&stream), sizeof stream})) % lanes_.size()];
  lane.waiting[class_of(batch)].push_back(std::make_unique<FrameBatch>(std::move(batch)));
  ++lane.batches;
  lane.filled.notify_one();
  return true;
}

void IntakeQueue::when_room(std::function<void()> ready) {
  const std::scoped_lock lock(mutex_);
  waiting_for_room_.push_back(std::move(ready));
}

void IntakeQueue::wake_waiting() {
  std::vector<std::function<void()>> ready;
  {
    const std::scoped_lock lock(mutex_);
    ready.swap(waiting_for_room_);
  }
  for (const auto& call : ready) call();
}

std::unique_ptr<FrameBatch> IntakeQueue::take(Lane& lane) {
  for (;;) {  // the caller saw that something is there
    auto& waiting = lane.waiting[lane.next_class];
    lane.next_class = (lane.next_class + 1) % event::kSourceClasses;
    if (waiting.empty()) continue;
    std::unique_ptr<FrameBatch> batch = std::move(waiting.front());
    waiting.pop_front();
    --lane.batches;
    const std::size_t cost = cost_of(*batch);
    bytes_ -= cost;
    bytes_of_class_[class_of(*batch)] -= cost;
    const auto stream = bytes_of_stream_.find(batch->stream);
    if ((stream->second -= cost) == 0) bytes_of_stream_.erase(stream);
    return batch;
  }
}

std::vector<std::unique_ptr<FrameBatch>> IntakeQueue::pop(unsigned lane_number, std::size_t max_bytes,
                                                          std::optional<std::chrono::milliseconds> at_most) {
  std::vector<std::unique_ptr<FrameBatch>> out;
  std::vector<std::function<void()>> ready;
  {
    std::unique_lock lock(mutex_);
    Lane& lane = *lanes_[lane_number];
    const auto something = [&] { return closed_ || lane.batches > 0; };
    if (at_most)
      lane.filled.wait_for(lock, *at_most, something);
    else
      lane.filled.wait(lock, something);
    std::size_t bytes = 0;
    while (lane.batches > 0 && bytes < max_bytes) {
      out.push_back(take(lane));
      bytes += out.back()->bytes;
    }
    ready.swap(waiting_for_room_);
  }
  for (const auto& call : ready) call();
  return out;
}

void IntakeQueue::close() {
  std::vector<std::function<void()>> ready;
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    ready.swap(waiting_for_room_);
    for (const auto& lane : lanes_) lane->filled.notify_all();
  }
  for (const auto& call : ready) call();
}

bool IntakeQueue::closed() const {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

std::size_t IntakeQueue::bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

}  // namespace yorozu::ingest
