/// What inputs hand to the pipeline: frames that came together, and whom to tell when they are durable.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "base/time.h"
#include "event/source_class.h"

namespace yorozu::ingest {

struct InputCounters;

struct Frame {
  Timestamp received;
  std::string_view raw;              ///< in FrameBatch::arena; framing taken off
  std::string_view via_json;         ///< proof::append_via(); in the arena; "": none
  std::optional<std::uint64_t> cut;  ///< original length, when the input had to cut
};

/// Frames of one peer of one input. Owned by exactly one stage at a time; stages move it along.
struct FrameBatch {
  std::string input;                                            ///< name in the archive: "syslog.udp", "bulk" ...
  std::string peer;                                             ///< RFC 5952 address without port, or TLS subject
  event::SourceClass source_class = event::SourceClass::Other;  ///< of frames whose pattern names none
  std::shared_ptr<const TimeZone> zone;                         ///< of the clock that wrote them; null: UTC
  std::string file;                                             ///< where they stand, of frames that stand in a file
  std::uint64_t stream = 0;           ///< batches of one stream stay in order (connection, file, peer of UDP)
  InputCounters* counters = nullptr;  ///< of the input; outlives every batch
  Arena arena;
  std::vector<Frame> frames;
  std::size_t bytes = 0;  ///< of all raw

  /// Called once, on the committing thread: durable, or why not. Short, must not block: it posts to whoever waits.
  std::function<void(const Result<void>&)> done;

  void add(Timestamp received, std::string_view raw, std::string_view via_json = {},
           std::optional<std::uint64_t> cut = std::nullopt) {
    frames.push_back({received, arena.copy(raw), via_json.empty() ? std::string_view() : arena.copy(via_json), cut});
    bytes += raw.size();
  }
};

}  // namespace yorozu::ingest
