#include "detect/cache_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/file.h"
#include "base/hash.h"

namespace yorozu::detect {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "YRZRULE1";
constexpr std::size_t kKeyBytes = 32, kSealBytes = 32;
constexpr std::string_view kEnding = ".rules";

enum class What { Folder, File };

/// Ours alone: owned by this user, no link, nobody else may read or write.
Result<void> check_owner(const fs::path& path, What what) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return fail(ErrorCode::NotFound, path.string() + ": not there");
  const bool right_kind = what == What::Folder ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode);
  if (!right_kind) return fail(ErrorCode::Denied, path.string() + ": not a plain file or folder");
  if (status.st_uid != geteuid()) return fail(ErrorCode::Denied, path.string() + ": belongs to another user");
  if ((status.st_mode & 0077) != 0) return fail(ErrorCode::Denied, path.string() + ": open to other users");
  return {};
}

Result<std::string> make_key(const fs::path& path) {
  std::string key(kKeyBytes, '\0');
  if (getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
    return fail(ErrorCode::Io, "no random numbers for the key of the rule cache");
  if (auto written = write_file_atomic(path, key, 0600); !written) return std::unexpected(written.error());
  return key;
}

KeyedHash seal(const std::string& key, std::string_view name, std::string_view content) {
  std::string sealed(kMagic);
  sealed.append(name);
  sealed.push_back('\0');
  // The content is large: its own hash goes into the keyed one, so that nothing has to be copied.
  const KeyedHash inner = keyed_hash(as_bytes(key), as_bytes(content));
  sealed.append(reinterpret_cast<const char*>(inner.data()), inner.size());
  return keyed_hash(as_bytes(key), as_bytes(sealed));
}

}  // namespace

Result<CacheFolder> CacheFolder::open(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(ErrorCode::Io, folder.string() + ": cannot make the folder of the rule cache");
  if (auto ours = check_owner(folder, What::Folder); !ours) return std::unexpected(ours.error());
  const fs::path key_path = folder / "key";
  if (!fs::exists(fs::symlink_status(key_path, error))) {
    auto key = make_key(key_path);
    if (!key) return std::unexpected(key.error());
    return CacheFolder(folder, *std::move(key));
  }
  if (auto ours = check_owner(key_path, What::File); !ours) return std::unexpected(ours.error());
  auto key = read_file(key_path, 1024);
  if (!key) return std::unexpected(key.error());
  if (key->size() != kKeyBytes) key = make_key(key_path);
  if (!key) return std::unexpected(key.error());
  return CacheFolder(folder, *std::move(key));
}

Result<std::string> CacheFolder::read(std::string_view name) const {
  const fs::path path = folder_ / (std::string(name).append(kEnding));
  if (auto ours = check_owner(path, What::File); !ours) return std::unexpected(ours.error());
  auto bytes = read_file(path, kMaxBytes);
  if (!bytes) return bytes;
  const std::size_t head = kMagic.size() + kSealBytes;
  if (bytes->size() < head || !bytes->starts_with(kMagic))
    return fail(ErrorCode::Corrupt, path.string() + ": not a file of the rule cache");
  const std::string_view content = std::string_view(*bytes).substr(head);
  const KeyedHash right = seal(key_, name, content);
  if (!equal_constant_time(right, as_bytes(*bytes).subspan(kMagic.size(), kSealBytes)))
    return fail(ErrorCode::Corrupt, path.string() + ": its seal is wrong");
  bytes->erase(0, head);
  return bytes;
}

Result<void> CacheFolder::write(std::string_view name, std::string_view content) const {
  if (content.size() > kMaxBytes) return fail(ErrorCode::Overloaded, "rules too large for the cache");
  const KeyedHash right = seal(key_, name, content);
  std::string bytes(kMagic);
  bytes.append(reinterpret_cast<const char*>(right.data()), right.size()).append(content);
  if (auto done = write_file_atomic(folder_ / (std::string(name).append(kEnding)), bytes, 0600); !done) return done;
  remove_old();
  return {};
}

void CacheFolder::remove_old() const {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const auto& entry : fs::directory_iterator(folder_, error))
    if (entry.path().extension() == kEnding) files.emplace_back(entry.last_write_time(error), entry.path());
  std::ranges::sort(files, std::greater<>());
  for (std::size_t i = kKeep; i < files.size(); ++i) fs::remove(files[i].second, error);
}

}  // namespace yorozu::detect
