/// Lines over a stream socket between two processes of the server.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace yorozu::process {

/// Longest line: a row shows an event of 1 MiB twice (raw, fields), escaped.
inline constexpr std::size_t kMaxStreamLine = std::size_t{32} << 20;

class StreamLines {
 public:
  /// `fd` outlives it.
  explicit StreamLines(const Fd& fd) : fd_(fd) {}
  /// Waits for the next line, valid until the next call; nullopt: the other end has closed (half a line is none).
  /// Errors: Io, Overloaded.
  Result<std::optional<std::string_view>> next();
  /// A whole line is there already.
  bool has_line() const { return buffer_.find('\n', at_) != std::string::npos; }
  /// Reads once; false: the other end has closed.
  Result<bool> fill();

 private:
  const Fd& fd_;
  std::string buffer_;
  std::size_t at_ = 0;  ///< behind the line that was given last
};

/// With its line feed; waits for room. False: the other end is gone.
bool write_stream_line(const Fd& fd, std::string_view line);

}  // namespace yorozu::process
