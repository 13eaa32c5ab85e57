#include "ingest/local/file_finder.h"

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <system_error>

#include "base/try.h"

namespace yorozu::ingest {
namespace {

using Names = std::span<const std::string>;

bool has_wildcard(std::string_view name) {
  return name.find_first_of("*?[") != std::string_view::npos;
}

bool name_matches(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

Result<std::vector<std::string>> split(std::string_view path) {
  if (!path.starts_with('/')) return fail(ErrorCode::InvalidInput, std::string(path) + ": not an absolute path");
  std::vector<std::string> names;
  while (!path.empty()) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    const std::string_view name = path.substr(0, path.find('/'));
    if (name == "..") return fail(ErrorCode::InvalidInput, "'..' in a path of log files");
    if (!name.empty() && name != ".") names.emplace_back(name);
    path.remove_prefix(name.size());
  }
  return names;
}

/// Whether the names of a path are those of a pattern; `below`: or stand below a folder that it names.
bool matches(Names pattern, Names path, bool below) {
  if (pattern.empty()) return path.empty() || below;
  if (pattern.front() == "**") {
    for (std::size_t skip = 0; skip <= path.size(); ++skip)
      if (matches(pattern.subspan(1), path.subspan(skip), below)) return true;
    return false;
  }
  if (path.empty() || !name_matches(pattern.front(), path.front())) return false;
  return matches(pattern.subspan(1), path.subspan(1), below && (pattern.size() > 1 || !has_wildcard(pattern.front())));
}

enum class LinkCheck { Fine, Refused, Failed };

/// Status of what `path` leads to, when a link may be followed. Failed: see errno.
LinkCheck stat_checked(const std::string& path, struct stat& status) {
  if (::lstat(path.c_str(), &status) != 0) return LinkCheck::Failed;
  if (!S_ISLNK(status.st_mode)) return LinkCheck::Fine;
  const uid_t owner = status.st_uid;
  if (::stat(path.c_str(), &status) != 0) return LinkCheck::Failed;
  return owner == 0 || owner == ::geteuid() || owner == status.st_uid ? LinkCheck::Fine : LinkCheck::Refused;
}

/// Whether the names of a folder can be the beginning of what a pattern means.
bool is_on_the_way(Names pattern, Names path) {
  if (path.empty()) return true;
  if (pattern.empty()) return false;
  if (pattern.front() == "**") return true;
  if (!name_matches(pattern.front(), path.front())) return false;
  if (pattern.size() == 1) return !has_wildcard(pattern.front());
  return is_on_the_way(pattern.subspan(1), path.subspan(1));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

Timestamp modified(const struct stat& status) {
  return {status.st_mtim.tv_sec * 1'000'000 + status.st_mtim.tv_nsec / 1000};
}

FoundFile found_file(std::string path, const struct stat& status) {
  return {
      std::move(path), {status.st_dev, status.st_ino}, static_cast<std::uint64_t>(status.st_size), modified(status)};
}

}  // namespace

/// One walk over all patterns.
struct FileFinder::Walk {
  const FileFinder& finder;
  Found found;
  std::map<Inode, FoundFile> files;
  std::set<std::string> folders;
  std::set<Inode> inside;  ///< folders being walked: links must not lead in a circle

  void problem(FileProblem problem) {
    if (found.problems.size() < kMaxFiles) found.problems.push_back(std::move(problem));
  }
  void problem(const std::string& path, int error) {
    if (error == ENOENT || error == ENOTDIR) return;
    problem(error == EACCES || error == EPERM
                ? denied(path)
                : FileProblem{path, FileProblem::Kind::Failed, std::generic_category().message(error)});
  }

  std::vector<std::string> names_in(const std::string& folder) {
    folders.insert(folder);
    const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
    if (!open) {
      problem(folder, errno);
      return {};
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(open.get()))
      if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    std::ranges::sort(names);
    return names;
  }

  /// Of a name that a wildcard found.
  std::optional<struct stat> status_of(const std::string& path) {
    struct stat status = {};
    const LinkCheck checked = stat_checked(path, status);
    if (checked == LinkCheck::Fine) return status;
    if (checked == LinkCheck::Refused)
      problem({path, FileProblem::Kind::Link, {}});
    else
      problem(path, errno);
    return std::nullopt;
  }

  void add(const std::string& path, const struct stat& status) {
    if (!S_ISREG(status.st_mode) || finder.excludes(path) || files.size() >= kMaxFiles) return;
    FoundFile file = found_file(path, status);
    const auto [at, is_new] = files.try_emplace(file.inode, file);
    if (!is_new && file.path < at->second.path) at->second = std::move(file);
  }

  void whole(const std::string& folder, const struct stat& status, int depth) {
    if (depth > kMaxDepth || finder.excludes(folder)) return;
    const Inode self{status.st_dev, status.st_ino};
    if (!inside.insert(self).second) return;
    for (const std::string& name : names_in(folder)) {
      const std::string path = folder + "/" + name;
      const auto below = status_of(path);
      if (!below) continue;
      if (S_ISDIR(below->st_mode))
        whole(path, *below, depth + 1);
      else
        add(path, *below);
    }
    inside.erase(self);
  }

  /// `rest` of a pattern below `folder` ("" is the root).
  void expand(const std::string& folder, Names rest, int depth) {
    const std::string& name = rest.front();
    if (depth > kMaxDepth) return;
    if (!has_wildcard(name)) {
      folders.insert(folder.empty() ? "/" : folder);
      const std::string path = folder + "/" + name;
      struct stat status = {};
      if (::stat(path.c_str(), &status) != 0)
        problem(path, errno);
      else if (rest.size() > 1)
        expand(path, rest.subspan(1), depth + 1);
      else if (S_ISDIR(status.st_mode))
        whole(path, status, depth + 1);
      else
        add(path, status);
      return;
    }
    const bool any_depth = name == "**";
    if (any_depth && rest.size() > 1) expand(folder, rest.subspan(1), depth + 1);
    for (const std::string& entry : names_in(folder.empty() ? "/" : folder)) {
      if (!any_depth && !name_matches(name, entry)) continue;
      const std::string path = folder + "/" + entry;
      const auto status = status_of(path);
      if (!status) continue;
      if (!S_ISDIR(status->st_mode)) {
        if (rest.size() == 1) add(path, *status);
        continue;
      }
      const Names below = any_depth ? rest : rest.subspan(1);
      const Inode self{status->st_dev, status->st_ino};
      if (below.empty() || !inside.insert(self).second) continue;
      expand(path, below, depth + 1);
      inside.erase(self);
    }
  }
};

Result<FileFinder> FileFinder::make(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude) {
  FileFinder finder;
  for (const std::string& text : patterns) {
    TRY_ASSIGN(Pattern pattern, split(text));
    if (pattern.empty()) return fail(ErrorCode::InvalidInput, text + ": the whole machine is no log");
    finder.patterns_.push_back(std::move(pattern));
  }
  for (const std::string& text : exclude) {
    TRY_ASSIGN(Pattern pattern, split(text));
    finder.exclude_.push_back(std::move(pattern));
  }
  return finder;
}

Found FileFinder::find() const {
  Walk walk{*this, {}, {}, {}, {}};
  for (const Pattern& pattern : patterns_) walk.expand("", pattern, 0);
  for (auto& [inode, file] : walk.files) walk.found.files.push_back(std::move(file));
  std::ranges::sort(walk.found.files, {}, &FoundFile::path);
  walk.found.folders.assign(walk.folders.begin(), walk.folders.end());
  return std::move(walk.found);
}

bool FileFinder::excludes(std::string_view path) const {
  const auto names = split(path);
  return names && std::ranges::any_of(exclude_, [&](const Pattern& pattern) { return matches(pattern, *names, true); });
}

bool FileFinder::wants(std::string_view path) const {
  const auto names = split(path);
  if (!names || names->empty() || names->back().starts_with('.') || excludes(path)) return false;
  return std::ranges::any_of(patterns_, [&](const Pattern& pattern) { return matches(pattern, *names, true); });
}

bool FileFinder::may_lead_to(std::string_view path) const {
  const auto names = split(path);
  return names && !excludes(path) &&
         std::ranges::any_of(patterns_, [&](const Pattern& pattern) { return is_on_the_way(pattern, *names); });
}

std::optional<FoundFile> look_at(const std::string& path) {
  struct stat status = {};
  if (stat_checked(path, status) != LinkCheck::Fine || !S_ISREG(status.st_mode)) return std::nullopt;
  return found_file(path, status);
}

}  // namespace yorozu::ingest
