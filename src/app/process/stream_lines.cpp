#include "app/process/stream_lines.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/try.h"

namespace yorozu::process {

Result<bool> StreamLines::fill() {
  constexpr std::size_t kStep = std::size_t{64} * 1024;
  buffer_.erase(0, at_);
  at_ = 0;
  if (buffer_.size() > kMaxStreamLine) return fail(ErrorCode::Overloaded, "a line between processes is too long");
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kStep);
  ssize_t got = 0;
  while ((got = ::read(fd_.get(), buffer_.data() + before, kStep)) < 0 && errno == EINTR) {
  }
  buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0 && errno != ECONNRESET) return fail(ErrorCode::Io, std::strerror(errno));
  return got > 0;
}

Result<std::optional<std::string_view>> StreamLines::next() {
  std::size_t searched = at_, end = 0;
  while ((end = buffer_.find('\n', searched)) == std::string::npos) {
    searched = buffer_.size() - at_;  // fill() moves what is left to the front
    TRY_ASSIGN(const bool more, fill());
    if (!more) return std::nullopt;
  }
  const std::string_view line = std::string_view(buffer_).substr(at_, end - at_);
  at_ = end + 1;
  return line;
}

bool write_stream_line(const Fd& fd, std::string_view line) {
  char end = '\n';
  std::size_t at = 0;
  while (at <= line.size()) {
    iovec parts[] = {{const_cast<char*>(line.data()) + at, line.size() - at}, {&end, 1}};
    const ssize_t sent = ::writev(fd.get(), parts, 2);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    at += static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace yorozu::process
