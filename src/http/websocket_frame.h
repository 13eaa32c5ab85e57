/// Frames of RFC 6455, the server's side: reads what clients send (masked), writes what they get (unmasked). No
/// extensions, so a reserved bit is a fault. Pure. (Beast has these too, but in a stream that owns its socket; ours
/// belong to net::Stream.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace yorozu::http {

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// `payload` of a control frame: at most 125 bytes.
void append_frame(Opcode opcode, std::string_view payload, std::string& out);
/// A Close frame; `reason` is cut to what fits.
void append_close(std::uint16_t status, std::string_view reason, std::string& out);

class FrameReader {
 public:
  enum class Event {
    NeedMore,  ///< call again with what was not consumed and more behind it
    Text,      ///< a whole message: payload()
    Binary,
    Ping,
    Pong,
    Close,   ///< status() is what the client gave; 1005: none
    Failed,  ///< status() is what to close with: 1002 no frame, 1007 no UTF-8, 1009 too large
  };
  struct Step {
    Event event = Event::NeedMore;
    std::size_t consumed = 0;
  };

  /// `max_message`: most bytes of a message, whether it comes in one frame or in many.
  explicit FrameReader(std::size_t max_message) : max_message_(max_message) {}

  /// Goes on to the next event. `input` begins with what was not consumed before; more than max_message + 14 bytes are
  /// never needed.
  Step next(std::string_view input);
  const std::string& payload() const { return payload_; }
  std::uint16_t status() const { return status_; }

 private:
  Step fail(std::uint16_t status);
  Event finish(Opcode opcode, bool is_last);

  const std::size_t max_message_;
  std::string message_;                         ///< frames of a message that is not complete
  Opcode message_kind_ = Opcode::Continuation;  ///< Continuation: none has begun
  std::string payload_;
  std::uint16_t status_ = 0;
};

}  // namespace yorozu::http
