#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "archive/disk.h"
#include "base/file.h"
#include "base/try.h"

namespace yorozu::archive {
namespace {

namespace fs = std::filesystem;

Error error_of(int number, std::string_view what, const fs::path& path) {
  ErrorCode code = ErrorCode::Io;
  if (number == ENOENT) code = ErrorCode::NotFound;
  if (number == EEXIST) code = ErrorCode::Conflict;
  if (number == ENOSPC || number == EDQUOT) code = ErrorCode::Overloaded;
  if (number == EACCES || number == EPERM || number == EROFS) code = ErrorCode::Denied;
  return {code, std::string(what) + " " + path.string() + ": " + std::generic_category().message(number)};
}
std::unexpected<Error> last_error(std::string_view what, const fs::path& path) {
  return std::unexpected(error_of(errno, what, path));
}

class RealFile : public DiskFile {
 public:
  RealFile(Fd fd, fs::path path, std::uint64_t end) : fd_(std::move(fd)), path_(std::move(path)), end_(end) {}

  Result<void> append(ByteView bytes) override {
    TRY(overwrite(end_, bytes));
    end_ += bytes.size();
    return {};
  }
  Result<void> overwrite(std::uint64_t offset, ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return last_error("write", path_);
      bytes = bytes.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return {};
  }
  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return last_error("fdatasync", path_);
    return {};
  }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    auto got = yorozu::read_at(fd_, offset, to);
    if (!got) return std::unexpected(std::move(got).error().in(path_.string()));
    return *got;
  }
  Result<std::uint64_t> size() const override { return file_size(fd_); }
  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return last_error("truncate", path_);
    end_ = size;
    return {};
  }

 private:
  Fd fd_;
  fs::path path_;
  std::uint64_t end_;
};

class RealLock : public DiskLock {
 public:
  explicit RealLock(Fd fd) : fd_(std::move(fd)) {}

 private:
  Fd fd_;
};

Result<Fd> open_with(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return last_error("open", path);
  return Fd(fd);
}

Result<std::unique_ptr<DiskFile>> open_file(const fs::path& path, int flags) {
  TRY_ASSIGN(Fd fd, open_with(path, flags));
  TRY_ASSIGN(const std::uint64_t end, file_size(fd));
  return std::make_unique<RealFile>(std::move(fd), path, end);
}

class RealDisk : public Disk {
 public:
  Result<std::unique_ptr<DiskFile>> create(const fs::path& path) override {
    return open_file(path, O_RDWR | O_CREAT | O_EXCL);
  }
  Result<std::unique_ptr<DiskFile>> open(const fs::path& path) override { return open_file(path, O_RDONLY); }
  Result<std::unique_ptr<DiskFile>> open_for_appending(const fs::path& path) override {
    return open_file(path, O_RDWR);
  }
  Result<void> allocate(const fs::path& path, std::uint64_t bytes) override {
    TRY_ASSIGN(const Fd fd, open_with(path, O_RDWR | O_CREAT));
    if (const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes)); error != 0) {
      ::unlink(path.c_str());
      return std::unexpected(error_of(error, "allocate", path));
    }
    return {};
  }
  Result<void> rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return last_error("rename", from);
    return {};
  }
  Result<void> remove(const fs::path& path) override {
    if (::unlink(path.c_str()) != 0) return last_error("remove", path);
    return {};
  }
  Result<void> make_folders(const fs::path& path) override {
    if (::mkdir(path.c_str(), 0700) == 0) return sync_folder(path.has_parent_path() ? path.parent_path() : ".");
    if (errno == EEXIST) return {};
    if (errno != ENOENT || !path.has_parent_path() || path.parent_path() == path) return last_error("mkdir", path);
    TRY(make_folders(path.parent_path()));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return last_error("mkdir", path);
    return sync_folder(path.parent_path());
  }
  Result<void> sync_folder(const fs::path& path) override {
    TRY_ASSIGN(const Fd fd, open_with(path, O_RDONLY | O_DIRECTORY));
    if (::fsync(fd.get()) != 0) return last_error("fsync", path);
    return {};
  }
  Result<std::vector<std::string>> list(const fs::path& folder) override {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
      names.push_back(at->path().filename().string());
    if (error && error.value() != ENOENT && error.value() != ENOTDIR)
      return std::unexpected(error_of(error.value(), "list", folder));
    std::ranges::sort(names);
    return names;
  }
  Result<DiskSpace> space(const fs::path& path) override {
    struct statvfs state{};
    if (::statvfs(path.c_str(), &state) != 0) return last_error("statvfs", path);
    // Blocks that only root may use count as used, for root too.
    const std::uint64_t unit = state.f_frsize;
    return DiskSpace{(state.f_blocks - state.f_bfree + state.f_bavail) * unit, state.f_bavail * unit};
  }
  Result<std::unique_ptr<DiskLock>> lock(const fs::path& path) override {
    TRY_ASSIGN(Fd fd, open_with(path, O_RDWR | O_CREAT));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return last_error("lock", path);
      return fail(ErrorCode::Conflict, path.string() + ": another process has it");
    }
    return std::make_unique<RealLock>(std::move(fd));
  }
};

}  // namespace

Disk& real_disk() {
  static RealDisk disk;
  return disk;
}

}  // namespace yorozu::archive
