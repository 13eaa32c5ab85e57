#include "hunt/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace yorozu::hunt {

Result<Output> Output::open(const std::string& path) {
  if (path.empty() || path == "-") return Output(Fd(), STDOUT_FILENO, "standard output");
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file)
    return fail(errno == EACCES ? ErrorCode::Denied : ErrorCode::Io,
                path + ": cannot be written: " + std::strerror(errno));
  const int fd = file.get();
  return Output(std::move(file), fd, path);
}

void Output::pass_on(std::string_view rest) {
  while (!rest.empty() && !failed_ && !closed_) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      closed_ = true;
    } else if (errno != EINTR) {
      failed_ = true;
      error_ = {ErrorCode::Io, name_ + ": cannot be written: " + std::strerror(errno)};
    }
  }
}

void Output::flush() {
  pass_on(buffer_);
  buffer_.clear();
}

Result<void> Output::finish() {
  flush();
  if (failed_) return std::unexpected(error_);
  return {};
}

}  // namespace yorozu::hunt
