/// One connection as bytes, plain or TLS, without waiting: whoever uses it asks again when Watch says so. Used on the
/// thread of its loop only. (The HTTP server has Beast's own streams instead.)
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"
#include "net/io_loop.h"

namespace yorozu::net {

enum class StreamState {
  Ready,      ///< something was read or written: `bytes`
  WantRead,   ///< ask again when the socket can be read
  WantWrite,  ///< ... be written (TLS may need to write in order to read)
  Ended,      ///< the peer said that no more comes
  Failed,     ///< gone without a word
};
struct StreamResult {
  StreamState state = StreamState::Failed;
  std::size_t bytes = 0;
};

class Stream {
 public:
  virtual ~Stream() = default;
  /// The handshake of TLS; Ready at once for a plain stream. Before the first read or write.
  virtual StreamResult begin() = 0;
  virtual StreamResult read(std::span<char> to) = 0;
  virtual StreamResult write(std::string_view bytes) = 0;
  /// Says good-bye (TLS close_notify, FIN), as far as that is possible without waiting.
  virtual void end() = 0;
  /// Subject of the peer's certificate (RFC 4514 text); "" when there is none.
  virtual std::string peer_subject() const { return {}; }
  /// Why the state is Failed, for people.
  virtual std::string problem() const = 0;
  virtual int descriptor() const = 0;
};

std::unique_ptr<Stream> make_plain_stream(Fd socket);

}  // namespace yorozu::net
