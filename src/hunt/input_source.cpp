#include "hunt/input_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/try.h"

namespace yorozu::hunt {
namespace {

Timestamp modification_time(const struct stat& status) {
  return {std::int64_t{status.st_mtim.tv_sec} * 1'000'000 + status.st_mtim.tv_nsec / 1000};
}

}  // namespace

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path) {
  const bool is_stdin = path == "-";
  Fd fd;
  if (is_stdin) {
    fd = Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!fd) return fail(ErrorCode::Io, "standard input is closed");
  } else {
    // Not blocking: a named pipe in a folder must not stop us; it is refused below.
    fd = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
      TRY_ASSIGN(fd, open_for_reading(path));  // for the error and its words
    }
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail(ErrorCode::Io, std::generic_category().message(errno));
  if (!is_stdin && !S_ISREG(status.st_mode)) return fail(ErrorCode::Unsupported, "not a regular file");
  std::unique_ptr<FileSource> source(new FileSource(std::move(fd)));
  source->can_seek_ = S_ISREG(status.st_mode);
  if (source->can_seek_) {
    source->size_ = static_cast<std::uint64_t>(status.st_size);
    source->written_ = modification_time(status);
  }
  return source;
}

Result<std::size_t> FileSource::read(std::span<std::uint8_t> to) {
  if (can_seek_ && size_ > 0) to = to.first(std::min<std::uint64_t>(to.size(), size_ - std::min(at_, size_)));
  if (to.empty()) return 0;
  ssize_t n = 0;
  do {
    n = can_seek_ ? ::pread(fd_.get(), to.data(), to.size(), static_cast<off_t>(at_))
                  : ::read(fd_.get(), to.data(), to.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) return fail(ErrorCode::Io, "cannot be read: " + std::generic_category().message(errno));
  if (n == 0 && can_seek_ && size_ > at_) missing_ = size_ - at_;
  at_ += static_cast<std::uint64_t>(n);
  total_read_ += static_cast<std::uint64_t>(n);
  return static_cast<std::size_t>(n);
}

Result<std::size_t> HeadedSource::read(std::span<std::uint8_t> to) {
  if (given_ == head_.size()) return rest_->read(to);
  const std::size_t n = std::min(to.size(), head_.size() - given_);
  std::memcpy(to.data(), head_.data() + given_, n);
  given_ += n;
  return n;
}

std::size_t read_full(ByteSource& source, std::span<std::uint8_t> to, Result<void>& error) {
  std::size_t got = 0;
  while (got < to.size()) {
    const auto n = source.read(to.subspan(got));
    if (!n) {
      error = std::unexpected(n.error());
      break;
    }
    if (*n == 0) break;
    got += *n;
  }
  return got;
}

}  // namespace yorozu::hunt
