/// One frame (one message as it came over the wire, one line of the archive) to one event. UnitDecoder
/// (codec/decoder.h) is for files, whose records stand in a row; here each record comes alone, from any source, in any
/// charset.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"
#include "codec/understood.h"
#include "codec/written_time.h"
#include "event/event.h"

namespace yorozu::codec {

/// What the transport promises about the bytes of a frame.
enum class FrameKind : std::uint8_t {
  Syslog,   ///< one syslog message (RFC 5424, RFC 3164), without transport framing
  Line,     ///< one line of a text file
  Json,     ///< one JSON document
  Hec,      ///< the same in Splunk's envelope
  Journal,  ///< one entry of systemd's journal in export format
  Xml,      ///< one <Event> element: rendering of an uploaded EVTX record
  Own,      ///< JSON that this program wrote about itself; never matched by rules
};

/// Kind of the frames of an input, by its name in the archive ("syslog.tcp", "file", "bulk", "yorozu.detect" ...).
FrameKind frame_kind_of(std::string_view input);

struct Frame {
  std::string_view raw;
  FrameKind kind = FrameKind::Line;
  Timestamp received;
  /// Of the clock that wrote it; null: UTC. Lives until the frame is decoded.
  const TimeZone* zone = nullptr;
  /// "file", "bulk", "upload" ...: frames of different streams are never grouped; "" for none.
  std::string_view stream;
};

class FrameDecoder {
 public:
  virtual ~FrameDecoder() = default;
  /// Appends exactly one event to `batch` (not cleared here); views point into `frame.raw` and batch.arena. Event::raw
  /// is frame.raw. Event::time is the time the frame states; unknown when it states none.
  virtual Understood decode(const Frame& frame, event::EventBatch& batch) = 0;
  /// Whether the time of the last event was written without a zone, so that Frame::zone decided.
  virtual bool took_zone() const = 0;
  /// What earlier frames said about later ones of their stream (the columns of a table) counts no more.
  virtual void forget_streams() = 0;
};

/// The frame as UTF-8, read in the charset that decode() reads it in: itself, or a copy in the arena.
std::string_view frame_text(std::string_view raw, Arena& arena);

/// For one thread. `schema` and `logsources` outlive it.
std::unique_ptr<FrameDecoder> make_frame_decoder(event::Schema& schema, const event::LogsourceMap& logsources);

}  // namespace yorozu::codec
