#include "ingest/local/folder_watch.h"

#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace yorozu::ingest {
namespace {

/// File systems on which other machines write without this kernel's knowledge. Those without a name in linux/magic.h
/// are given by number (linux/fs/*/).
bool is_remote(const std::string& folder) {
  constexpr std::array<unsigned long, 10> kRemote = {
      NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC, 0xFF534D42 /* cifs */, 0xFE534D42 /* smb2 */, AFS_SUPER_MAGIC,
      CODA_SUPER_MAGIC, V9FS_MAGIC,      0x65735546 /* fuse */, 0x00C36400 /* ceph */, 0x0BD00BD0 /* lustre */};
  struct statfs status = {};
  if (::statfs(folder.c_str(), &status) != 0) return false;
  return std::ranges::find(kRemote, static_cast<unsigned long>(status.f_type) & 0xFFFFFFFFUL) != kRemote.end();
}

}  // namespace

FolderWatch::FolderWatch() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

void FolderWatch::set_folders(const std::vector<std::string>& folders) {
  unwatched_.clear();
  std::map<std::string, int, std::less<>> before;
  std::swap(before, watches_);
  folders_.clear();
  for (const std::string& folder : folders) {
    // Asked for again each time: a folder that was replaced by another of the same name has lost its watch.
    const int watch =
        fd_ && !is_remote(folder)
            ? ::inotify_add_watch(fd_.get(), folder.c_str(),
                                  IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |
                                      IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
            : -1;
    if (watch < 0) {
      unwatched_.insert(folder);
      continue;
    }
    watches_.emplace(folder, watch);
    folders_.emplace(watch, folder);
  }
  for (const auto& [folder, watch] : before)
    if (!folders_.contains(watch)) ::inotify_rm_watch(fd_.get(), watch);
}

bool FolderWatch::is_watched(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  return watches_.contains(slash == 0 ? std::string_view("/") : path.substr(0, slash));
}

void FolderWatch::read(const std::function<void(const News&)>& each) {
  alignas(inotify_event) std::array<char, 16384> buffer;
  while (fd_) {
    const ssize_t size = ::read(fd_.get(), buffer.data(), buffer.size());
    if (size <= 0) return;
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      const std::string_view name = event.len > 0 ? std::string_view(at + sizeof event) : std::string_view();
      at += sizeof event + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        each({News::Kind::Overflow, {}});
        continue;
      }
      const auto folder = folders_.find(event.wd);
      if (folder == folders_.end() || (event.mask & IN_IGNORED) != 0) continue;
      std::string path = folder->second;
      if (!name.empty()) path.append(path == "/" ? "" : "/").append(name);
      auto kind = News::Kind::Content;
      if ((event.mask & (IN_CREATE | IN_MOVED_TO | IN_ATTRIB)) != 0) kind = News::Kind::Name;
      if ((event.mask & (IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) kind = News::Kind::Gone;
      each({kind, std::move(path)});
    }
  }
}

}  // namespace yorozu::ingest
