#include "hunt/input_paths.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "hunt/evidence.h"

namespace yorozu::hunt {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxDepth = 64;

class Walk {
 public:
  explicit Walk(FoundFiles& out) : out_(out) {}

  void folder(const std::string& path, int depth) {
    if (is_evidence_folder(path)) {
      out_.files.push_back({path, path, evidence_bytes(path), true});
      return;
    }
    // The data folder of a server: what else lies there is no log.
    if (const std::string archive = path + "/archive"; is_evidence_folder(archive)) return folder(archive, depth + 1);
    if (depth > kMaxDepth) {
      problem(path, "folders are nested too deeply");
      return;
    }
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) entries.push_back(*it);
    if (error) problem(path, "the folder cannot be read: " + error.message());
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path().filename().native(); });
    for (const fs::directory_entry& entry : entries) {
      const std::string name = entry.path().string();
      if (entry.is_directory(error) && !entry.is_symlink(error))
        folder(name, depth + 1);
      else if (entry.is_regular_file(error))
        file(name);
      // Sockets, pipes and devices inside a folder are no logs and not worth a word.
    }
  }

  void file(const std::string& path) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    out_.files.push_back({path, path, error ? 0 : static_cast<std::uint64_t>(size)});
  }

 private:
  void problem(const std::string& path, std::string what) {
    out_.problems.push_back({path, Error{ErrorCode::Io, std::move(what)}});
  }

  FoundFiles& out_;
};

}  // namespace

Result<FoundFiles> find_files(const std::vector<std::string>& paths) {
  FoundFiles found;
  Walk walk(found);
  for (const std::string& path : paths) {
    if (path == "-") {
      found.files.push_back({"-", "-", 0});
      continue;
    }
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) return fail(ErrorCode::NotFound, path + ": no such file or folder");
    if (fs::is_directory(status))
      walk.folder(path.size() > 1 && path.ends_with('/') ? path.substr(0, path.find_last_not_of('/') + 1) : path, 0);
    else
      walk.file(path);
  }
  return found;
}

}  // namespace yorozu::hunt
