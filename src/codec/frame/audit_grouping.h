/// Audit records that came as single frames, to events as the kernel meant them: stands between a FrameDecoder and the
/// rules. Records that may have company are taken out of the batch and held until their event is complete
/// (codec/audit/assembler.h says when), then one event with the fields of all of them is added.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "codec/audit/assembler.h"
#include "codec/audit/reader.h"
#include "codec/frame/frame_decoder.h"
#include "codec/shape_memo.h"
#include "event/event.h"

namespace yorozu::codec {

class AuditGrouping {
 public:
  static constexpr std::size_t kMaxHeldBytes = std::size_t{16} << 20;  ///< beyond: what is open is given as it is

  /// `schema` and `logsources` outlive it. Not thread-safe.
  AuditGrouping(event::Schema& schema, const event::LogsourceMap& logsources);

  /// The newest event of `batch` was decoded from `frame`, which the caller calls `token`. True: it is part of an event
  /// to come and was taken out of the batch.
  bool hold(const Frame& frame, std::uint64_t token, Timestamp now, event::EventBatch& batch);

  /// An event that was added to a batch, and what it rests on.
  struct Made {
    std::vector<std::uint64_t> tokens;  ///< in order of arrival; the last one is the event's own
    Timestamp received;                 ///< of the last one
    std::string stream;                 ///< of its frames
  };
  /// Adds to `batch` what is complete by `now`; one entry of `made` for each, in order.
  void add_complete(Timestamp now, event::EventBatch& batch, std::vector<Made>& made);
  /// The same for all that is open.
  void flush(event::EventBatch& batch, std::vector<Made>& made);

  /// When add_complete() will next have something to add without another frame; unknown: nothing is open.
  Timestamp next_expiry() const { return assembler_.next_expiry(); }

 private:
  struct Held {
    std::string record;  ///< from its stamp on
    std::string host, stream;
    Timestamp received;
  };
  void build(std::vector<audit::Group>& groups, event::EventBatch& batch, std::vector<Made>& made);

  event::Schema& schema_;
  event::NameId host_;
  audit::AuditAssembler assembler_;
  audit::Reader reader_;
  ShapeMemo shapes_;
  EventFields fields_;
  std::unordered_map<std::uint64_t, Held> held_;
  std::size_t held_bytes_ = 0;
  std::vector<audit::Group> complete_;
  std::string stream_;
};

}  // namespace yorozu::codec
