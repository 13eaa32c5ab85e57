/// Lines of the archive to events, each decoded as the input it came in by says: what live decoding made of them.
/// Shared by hunt, the index and the search. Pure.
///
/// An event may rest on several frames (audit records): it has the number of its last one. Lines are decoded in order
/// within one **run** (a block of a segment, a stretch of a journal); what belongs together across the end of a run is
/// read as two events, so that runs stay independent of each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "codec/frame/audit_grouping.h"
#include "codec/frame/frame_decoder.h"
#include "event/event.h"
#include "proof/line.h"

namespace yorozu::archive {

/// What the archive knows of an event besides its fields. Views live as long as the batch.
struct Origin {
  std::uint64_t seq = 0;  ///< of its last frame
  Timestamp received;     ///< of that frame
  std::string_view input, peer;
  /// The frames as UTF-8, several joined by line feeds; Event::raw is the bytes of the last one as received.
  std::string_view text;
  std::vector<std::uint64_t> frames;  ///< their numbers when there are several; else empty
};

/// For one thread. Until flush() or end_run() all goes to the same batch, which is not cleared between.
class LineDecoder {
 public:
  /// `schema` and `logsources` outlive it.
  LineDecoder(event::Schema& schema, const event::LogsourceMap& logsources);

  /// Adds the event of a line to `batch` and its origin to `origins`, or keeps it as a part of an event to come.
  /// Event::line is the sequence number; an event that states no time has that of its arrival. Errors: Corrupt when it
  /// is no line of the archive; nothing is added.
  Result<void> decode(std::string_view line, event::EventBatch& batch, std::vector<Origin>& origins);
  /// Adds the events that were waiting for more of their frames.
  void flush(event::EventBatch& batch, std::vector<Origin>& origins);
  /// Ends the run: flush(), and nothing that earlier lines said about their stream (columns) counts for later ones.
  void end_run(event::EventBatch& batch, std::vector<Origin>& origins);

 private:
  std::unique_ptr<codec::FrameDecoder> frames_;
  codec::AuditGrouping grouping_;
  codec::Zones zones_;
  std::vector<codec::AuditGrouping::Made> grouped_;
  std::unordered_map<std::uint64_t, std::string_view> held_texts_;  ///< of frames that wait, in the batch's arena
  std::string stream_, joined_;
};

}  // namespace yorozu::archive
