#include "ingest/local/file_content.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "base/try.h"

namespace yorozu::ingest {
namespace {

std::unexpected<Error> failed(const std::string& path, int error) {
  ErrorCode code = ErrorCode::Io;
  if (error == ENOENT || error == ENOTDIR) code = ErrorCode::NotFound;
  if (error == EACCES || error == EPERM) code = ErrorCode::Denied;
  return fail(code, path + ": " + std::generic_category().message(error));
}

/// Never waits on a pipe that took the place of a file, never becomes the terminal's owner.
Result<Fd> open_regular(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return failed(path, errno);
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return failed(path, errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::Unsupported, path + ": not a regular file");
  return fd;
}

Result<ContentStatus> status_of(const Fd& fd) {
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return failed("fstat", errno);
  return ContentStatus{{status.st_dev, status.st_ino},
                       static_cast<std::uint64_t>(status.st_size),
                       static_cast<std::uint64_t>(status.st_nlink)};
}

class PlainContent final : public FileContent {
 public:
  explicit PlainContent(Fd fd) : fd_(std::move(fd)) {}
  Result<std::size_t> read(std::uint64_t offset, std::span<char> to) override {
    return read_at(fd_, offset, {reinterpret_cast<std::uint8_t*>(to.data()), to.size()});
  }
  Result<ContentStatus> status() const override { return status_of(fd_); }

 private:
  Fd fd_;
};

struct FreeArchive {
  void operator()(struct archive* reader) const { ::archive_read_free(reader); }
};

class PackedContent final : public FileContent {
 public:
  explicit PackedContent(Fd fd) : fd_(std::move(fd)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<char> to) override {
    if (!reader_ || offset < at_) TRY(begin());
    while (at_ < offset) {
      std::array<char, 65536> skipped;
      TRY_ASSIGN(const std::size_t size, next({skipped.data(), std::min<std::uint64_t>(skipped.size(), offset - at_)}));
      if (size == 0) return 0;
    }
    return next(to);
  }
  Result<ContentStatus> status() const override { return status_of(fd_); }

 private:
  Result<void> begin() {
    ::lseek(fd_.get(), 0, SEEK_SET);
    reader_.reset(::archive_read_new());
    at_ = 0;
    archive_entry* entry = nullptr;
    ::archive_read_support_filter_gzip(reader_.get());
    ::archive_read_support_filter_xz(reader_.get());
    ::archive_read_support_filter_zstd(reader_.get());
    ::archive_read_support_filter_bzip2(reader_.get());
    ::archive_read_support_format_raw(reader_.get());
    if (::archive_read_open_fd(reader_.get(), fd_.get(), 65536) != ARCHIVE_OK) return broken();
    const int header = ::archive_read_next_header(reader_.get(), &entry);
    if (header != ARCHIVE_OK && header != ARCHIVE_EOF) return broken();
    is_empty_ = header == ARCHIVE_EOF;
    return {};
  }
  Result<std::size_t> next(std::span<char> to) {
    if (is_empty_) return std::size_t{0};
    const la_ssize_t size = ::archive_read_data(reader_.get(), to.data(), to.size());
    if (size < 0) return broken();
    at_ += static_cast<std::uint64_t>(size);
    return static_cast<std::size_t>(size);
  }
  std::unexpected<Error> broken() {
    const char* why = ::archive_error_string(reader_.get());
    auto error = fail(ErrorCode::Corrupt, why ? why : "not readable");
    reader_.reset();
    return error;
  }

  Fd fd_;
  std::unique_ptr<struct archive, FreeArchive> reader_;
  std::uint64_t at_ = 0;
  bool is_empty_ = false;
};

}  // namespace

Result<std::unique_ptr<FileContent>> open_plain(const std::string& path) {
  TRY_ASSIGN(Fd fd, open_regular(path));
  return std::make_unique<PlainContent>(std::move(fd));
}

Result<std::unique_ptr<FileContent>> open_packed(const std::string& path) {
  TRY_ASSIGN(Fd fd, open_regular(path));
  return std::make_unique<PackedContent>(std::move(fd));
}

std::string read_some(FileContent& content, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto more = content.read(offset + have, std::span(bytes).subspan(have));
    if (!more || *more == 0) break;
    have += *more;
  }
  bytes.resize(have);
  return bytes;
}

std::optional<std::uint32_t> stated_size_of_gzip(const std::string& path) {
  const auto fd = open_regular(path);
  if (!fd) return std::nullopt;
  const auto size = file_size(*fd);
  std::array<std::uint8_t, 4> last;
  if (read_at(*fd, 0, last).value_or(0) < 2 || last[0] != 0x1F || last[1] != 0x8B) return std::nullopt;
  if (!size || *size < 18) return std::nullopt;
  const auto read = read_at(*fd, *size - last.size(), last);
  if (!read || *read != last.size()) return std::nullopt;
  return load_le<std::uint32_t>(last.data());
}

}  // namespace yorozu::ingest
