/// What stands between the bytes of one connection and its frames: plain syslog (framing.h) or RELP (relp.h). Neither
/// touches a socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/syslog/framing.h"

namespace yorozu::ingest::syslog {

class Protocol {
 public:
  virtual ~Protocol() = default;

  /// Frames to `frames`, what has to be answered at once appended to `reply`.
  virtual void take(std::string_view bytes, FrameSink& frames, std::string& reply) = 0;
  /// No more bytes come.
  virtual void finish(FrameSink& frames) = 0;
  /// A frame has begun and is not all there.
  virtual bool has_unfinished() const = 0;
  /// The connection is to end once the replies are sent: its work is done, or the bytes are not what they should be.
  virtual bool is_over() const { return false; }
  /// Why, when the bytes were wrong; for people.
  virtual std::string_view problem() const { return {}; }

  /// Does the sender wait for an answer to every frame? If so, each batch is told to `batch_made` when it goes to the
  /// intake, and to `batch_kept` when it is durable (in the same order), which appends the answers.
  virtual bool answers() const { return false; }
  virtual void batch_made() {}
  virtual void batch_kept(std::string& reply) { (void)reply; }
  /// Frames without an answer so far.
  virtual std::size_t unanswered() const { return 0; }
  /// Last words, when we end the connection.
  virtual void farewell(std::string& reply) { (void)reply; }
};

using MakeProtocol = std::function<std::unique_ptr<Protocol>(PendingBudget&)>;

/// RFC 6587 framing without answers.
std::unique_ptr<Protocol> make_plain_protocol(PendingBudget& budget);

}  // namespace yorozu::ingest::syslog
