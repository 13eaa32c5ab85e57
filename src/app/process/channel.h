/// Messages between the processes of the server: a pair of sockets that keep message boundaries, each message a few
/// words and at most one descriptor. Both ends are ours; still, sizes are bounded.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace yorozu::process {

struct Message {
  std::vector<std::string> words;  ///< without zero bytes; the first says what it is
  Fd fd;                           ///< may be none
};

class Channel {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;

  explicit Channel(Fd fd) : fd_(std::move(fd)) {}
  /// Two ends of one channel; both close on exec.
  static Result<std::pair<Channel, Channel>> make_pair();

  /// Never waits. Io when the other end is gone or takes nothing more. The descriptor stays the caller's.
  Result<void> send(const std::vector<std::string>& words, int fd = -1) const;
  /// One message; nullopt: the other end is gone. Blocks when there is none: poll fd() before.
  Result<std::optional<Message>> receive() const;
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
};

}  // namespace yorozu::process
