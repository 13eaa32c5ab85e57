#include "app/upload/uploads.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "app/upload/record_stream.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "base/try.h"
#include "proof/line.h"

namespace yorozu::upload {
namespace {

using ingest::web::Upload;
using ingest::web::UploadCounts;

constexpr std::size_t kBatchBytes = std::size_t{256} * 1024;
constexpr auto kDecoderWithin = std::chrono::seconds(30);

Result<std::pair<Fd, Fd>> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(ErrorCode::Io, "a pipe could not be made");
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

}  // namespace

/// Lines on their way to the archive. Counts down what is not durable yet; waits while the intake is full.
class Uploads::Lines {
 public:
  Lines(Uploads& owner, const Upload& upload) : owner_(owner), upload_(upload) { begin(); }

  Result<void> add(std::string_view raw, std::optional<std::uint64_t> record) {
    via_.clear();
    const std::string number = record ? std::to_string(*record) : "";
    std::vector<std::pair<std::string_view, std::string_view>> pairs = {{"sha256", upload_.sha256},
                                                                        {"name", upload_.name}};
    if (record) pairs.emplace_back("record", number);
    proof::append_via(pairs, via_);
    batch_.add(upload_.received, raw, via_);
    return batch_.bytes >= kBatchBytes ? push() : Result<void>();
  }

  /// All that was added is durable, or why not.
  Result<void> finish() {
    if (!batch_.frames.empty()) TRY(push());
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->open == 0; });
    return state_->result;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t open = 0;
    Result<void> result;
  };

  void begin() {
    batch_ = {};
    batch_.input = "upload";
    batch_.peer = upload_.peer;
    batch_.stream = hash64(upload_.sha256);
  }

  Result<void> push() {
    {
      const std::scoped_lock lock(state_->mutex);
      if (!state_->result) return state_->result;
      ++state_->open;
    }
    batch_.done = [state = state_](const Result<void>& result) {
      const std::scoped_lock lock(state->mutex);
      if (!result && state->result) state->result = result;
      --state->open;
      state->changed.notify_all();
    };
    while (!owner_.intake_.try_push(batch_)) {
      std::unique_lock lock(owner_.mutex_);
      // The intake calls from another thread and may do so before we wait: hence the limit.
      owner_.intake_.when_room([&owner = owner_] { owner.changed_.notify_all(); });
      owner_.changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return owner_.stopping_; });
      if (!owner_.stopping_) continue;
      const std::scoped_lock failing(state_->mutex);
      --state_->open;
      return fail(ErrorCode::Overloaded, "the server is stopping");
    }
    begin();
    return {};
  }

  Uploads& owner_;
  const Upload& upload_;
  ingest::FrameBatch batch_;
  std::string via_;
  std::shared_ptr<State> state_ = std::make_shared<State>();  // shared with batches on their way
};

Uploads::Uploads(archive::Archive& archive, ingest::Intake& intake) : archive_(archive), intake_(intake) {}

void Uploads::add_decoder(process::Channel channel) {
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(channel));
  changed_.notify_all();
}

void Uploads::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

Result<process::Channel> Uploads::borrow_decoder() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kDecoderWithin, [&] { return stopping_ || !idle_.empty(); }) || stopping_)
    return fail(ErrorCode::Overloaded, "no decoder is free");
  process::Channel out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void Uploads::take(const Upload& upload, const std::function<void(Result<UploadCounts>)>& done) {
  if (const auto kept = archive_.keep_file(upload.file); !kept) return done(std::unexpected(kept.error()));
  Lines lines(*this, upload);
  auto counts = take_records(upload, lines);
  const Result<void> durable = lines.finish();
  if (counts && !durable) counts = std::unexpected(durable.error());
  done(std::move(counts));
}

Result<UploadCounts> Uploads::take_records(const Upload& upload, Lines& lines) {
  std::string head;
  JsonWriter(head)
      .begin_object()
      .key("upload")
      .value(upload.name)
      .key("sha256")
      .value(upload.sha256)
      .key("bytes")
      .value(upload.bytes)
      .key("token")
      .value(upload.token)
      .end_object();
  TRY(lines.add(head, std::nullopt));

  TRY_ASSIGN(const Fd file, open_for_reading(upload.file));
  TRY_ASSIGN(auto ends, make_pipe());
  for (;;) {  // until a decoder takes it: one that died while it was idle refuses
    TRY_ASSIGN(process::Channel decoder, borrow_decoder());
    if (!decoder.send({"file", upload.name}, file.get()) || !decoder.send({"records"}, ends.second.get())) continue;
    ends.second = Fd();
    RecordReader reader(std::move(ends.first));
    UploadCounts counts;
    bool is_complete = false;
    std::string unreadable;
    for (;;) {
      TRY_ASSIGN(auto item, reader.next());
      if (!item) break;
      switch (item->kind) {
        case ItemKind::End:
          is_complete = true;
          break;
        case ItemKind::Damage:
          ++counts.damages;
          break;
        case ItemKind::Unreadable:
          unreadable = std::move(item->text);
          break;
        case ItemKind::Record:
          TRY(lines.add(item->text, ++counts.records));
          break;
      }
    }
    // A decoder that died is made anew by the supervisor and comes as a new channel.
    if (is_complete || !unreadable.empty()) add_decoder(std::move(decoder));
    if (!is_complete && unreadable.empty()) ++counts.damages;
    if (counts.records == 0 && !unreadable.empty()) return fail(ErrorCode::InvalidInput, unreadable);
    return counts;
  }
}

}  // namespace yorozu::upload
