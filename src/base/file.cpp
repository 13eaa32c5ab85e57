#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/try.h"

namespace yorozu {
namespace {

std::unexpected<Error> io_error(std::string_view what, int error) {
  ErrorCode code = ErrorCode::Io;
  if (error == ENOENT || error == ENOTDIR) code = ErrorCode::NotFound;
  if (error == EACCES || error == EPERM) code = ErrorCode::Denied;
  std::string message(what);
  message.append(": ").append(std::generic_category().message(error));
  return fail(code, std::move(message));
}

/// Calls again what a signal interrupted.
template <class Call>
auto retried(Call&& call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Fd fd(retried([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!fd) return io_error(folder.string(), errno);
  if (::fsync(fd.get()) != 0 && errno != EINVAL)
    return io_error(folder.string(), errno);  // EINVAL: not on this file system
  return {};
}

/// A new file beside `path`, gone again unless renamed.
class Temporary {
 public:
  static Result<Temporary> beside(const std::filesystem::path& path) {
    std::string name = path.string() + ".XXXXXX";
    Fd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd) return io_error(name, errno);
    return Temporary(std::move(fd), std::move(name));
  }
  Temporary(Temporary&& other) noexcept : fd_(std::move(other.fd_)), name_(std::exchange(other.name_, {})) {}
  Temporary& operator=(Temporary&&) = delete;
  ~Temporary() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  const Fd& fd() const { return fd_; }
  const std::string& name() const { return name_; }
  Result<void> rename_to(const std::filesystem::path& path) {
    if (::rename(name_.c_str(), path.c_str()) != 0) return io_error(path.string(), errno);
    name_.clear();
    return {};
  }

 private:
  Temporary(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  Fd fd_;
  std::string name_;
};

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Fd> open_for_reading(const std::filesystem::path& path) {
  // O_NONBLOCK: a pipe that nobody writes to must not stop us; it means nothing for files.
  Fd fd(retried([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); }));
  if (!fd) return io_error(path.string(), errno);
  return fd;
}

Result<std::size_t> read_at(const Fd& fd, std::uint64_t offset, std::span<std::uint8_t> to) {
  std::size_t done = 0;
  while (done < to.size()) {
    const ssize_t n = retried(
        [&] { return ::pread(fd.get(), to.data() + done, to.size() - done, static_cast<off_t>(offset + done)); });
    if (n < 0) return io_error("read", errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Result<std::uint64_t> file_size(const Fd& fd) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return io_error("stat", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  TRY_ASSIGN(const Fd fd, open_for_reading(path));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return io_error(path.string(), errno);
  if (S_ISDIR(status.st_mode)) return io_error(path.string(), EISDIR);
  const auto too_large = [&] {
    return fail(ErrorCode::Overloaded, path.string() + ": larger than " + std::to_string(limit) + " bytes");
  };
  if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > limit) return too_large();
  std::string content;
  content.reserve(static_cast<std::size_t>(status.st_size));
  // To the end, whatever fstat said: files of /proc have size 0, others grow while they are read.
  char block[std::size_t{64} * 1024];
  while (true) {
    const ssize_t n = retried([&] { return ::read(fd.get(), block, sizeof block); });
    if (n < 0) return io_error(path.string(), errno);
    if (n == 0) return content;
    if (content.size() + static_cast<std::size_t>(n) > limit) return too_large();
    content.append(block, static_cast<std::size_t>(n));
  }
}

Result<void> write_all(const Fd& fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = retried([&] { return ::write(fd.get(), content.data(), content.size()); });
    if (n < 0) return io_error("write", errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content, unsigned mode) {
  TRY_ASSIGN(Temporary temporary, Temporary::beside(path));
  if (::fchmod(temporary.fd().get(), static_cast<mode_t>(mode)) != 0) return io_error(temporary.name(), errno);
  if (auto written = write_all(temporary.fd(), content); !written)
    return std::unexpected(std::move(written).error().in(temporary.name()));
  if (::fsync(temporary.fd().get()) != 0) return io_error(temporary.name(), errno);
  TRY(temporary.rename_to(path));
  return sync_folder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

Result<TempDir> TempDir::make(std::string_view prefix) {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  if (error) return io_error("temporary folder", error.value());
  std::string name = (base / prefix).string() + "-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) return io_error(name, errno);
  return TempDir(name);
}

TempDir::~TempDir() {
  if (path_.empty()) return;
  std::error_code ignored;  // nobody is left to be told; the system's temporary folder is emptied by the system
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace yorozu
