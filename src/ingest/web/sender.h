/// Brings the frames of one request to the intake and tells when they are durable, or why not. One for each input.
///
/// The first batch either finds room or the whole request is refused (the client still has it and comes again). Once
/// some of it was taken the rest waits for room, up to kLongestWait, since a part cannot be given back.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/frame.h"
#include "ingest/intake.h"
#include "ingest/source_profile.h"

namespace yorozu::ingest::web {

enum class Fate {
  Durable,
  Busy,     ///< no room: come again
  Stopped,  ///< the input stops: come again
  Failed,   ///< taken and then not written (disk full, disk broken): come again
};

/// Cuts frames into batches of about a megabyte. `frame` gives the number of the batch it went into.
class Batches {
 public:
  Batches(std::string input, std::string peer, const SourceProfile& source, std::uint64_t stream,
          InputCounters& counters);
  /// `raw` is cut at proof::kMaxRawBytes; `via_json` is copied when it differs from the last one.
  std::size_t frame(Timestamp received, std::string_view raw, std::string_view via_json);
  std::size_t frames() const { return frames_; }
  std::vector<FrameBatch> take() { return std::move(batches_); }

 private:
  FrameBatch& room();

  std::string input_, peer_;
  SourceProfile source_;
  std::uint64_t stream_;
  InputCounters& counters_;
  std::vector<FrameBatch> batches_;
  std::string_view last_via_;  ///< in the arena of the last batch
  std::size_t frames_ = 0;
};

class Sender {
 public:
  static constexpr std::chrono::seconds kLongestWait{20};
  /// One Fate for each batch. Called once, from any thread, possibly before send() returns; must not block.
  using Done = std::function<void(const std::vector<Fate>&)>;

  /// Both outlive the sender and every batch.
  Sender(Intake& intake, InputCounters& counters);
  ~Sender();  ///< stop()
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void send(std::vector<FrameBatch> batches, Done done);
  /// Refuses from now on, and returns when nothing is on its way to the intake. Idempotent.
  void stop();
  bool is_stopped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with callbacks that the intake may keep longer
};

}  // namespace yorozu::ingest::web
