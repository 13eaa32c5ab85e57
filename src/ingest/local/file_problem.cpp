#include "ingest/local/file_problem.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

namespace yorozu::ingest {
namespace {

std::string user_name() {
  std::array<char, 4096> buffer;
  passwd entry = {};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found) return found->pw_name;
  return std::to_string(::geteuid());
}

std::string group_name(gid_t id) {
  std::array<char, 16384> buffer;
  group entry = {};
  group* found = nullptr;
  if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found) return found->gr_name;
  return std::to_string(id);
}

/// The first folder on the way to `path` that may not be entered, else `path`.
std::string obstacle(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (::faccessat(AT_FDCWD, folder.c_str(), X_OK, AT_EACCESS) != 0) return folder;
  }
  return path;
}

}  // namespace

FileProblem denied(const std::string& path) {
  FileProblem problem{path, FileProblem::Kind::Denied, {}};
  const std::string closed = obstacle(path);
  struct stat status = {};
  if (::stat(closed.c_str(), &status) != 0) return problem;
  const mode_t needed = S_ISDIR(status.st_mode) ? (closed == path ? S_IRGRP | S_IXGRP : S_IXGRP) : S_IRGRP;
  // Group root opens far more than a log.
  if ((status.st_mode & needed) == needed && status.st_gid != 0)
    problem.detail = "usermod -aG " + group_name(status.st_gid) + " " + user_name();
  else
    problem.detail = std::string("setfacl -m u:") + user_name() + (S_ISDIR(status.st_mode) ? ":rx " : ":r ") + closed;
  return problem;
}

std::string describe(message::Lang lang, const FileProblem& problem) {
  using Kind = FileProblem::Kind;
  using message::Id;
  const auto say = [&](Id id) { return message::format(lang, id, problem.path, problem.detail); };
  switch (problem.kind) {
    case Kind::Denied:
      return say(problem.detail.empty() ? Id::FilesDeniedWithoutCure : Id::FilesDenied);
    case Kind::Link:
      return say(Id::FilesLink);
    case Kind::Binary:
      return say(Id::FilesBinary);
    case Kind::Compressed:
      return say(Id::FilesCompressed);
    case Kind::NotWatched:
      return say(Id::FilesNotWatched);
    case Kind::Lost:
      return say(Id::FilesLost);
    case Kind::Failed:
      return say(Id::FilesFailed);
  }
  return {};
}

}  // namespace yorozu::ingest
