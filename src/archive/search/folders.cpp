#include <filesystem>
#include <system_error>

#include "archive/layout.h"
#include "archive/search/search.h"

namespace yorozu::archive::search {
namespace {

namespace fs = std::filesystem;

bool is_archive(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path / kJournalFolder, error) || fs::is_directory(path / kSegmentFolder, error);
}

}  // namespace

Result<Folders> find_folders(const fs::path& path) {
  if (is_archive(path / "archive")) return Folders{path / "archive", path / "index"};
  if (!is_archive(path)) return fail(ErrorCode::NotFound, path.string() + ": no archive is here");
  std::error_code error;
  const fs::path whole = fs::absolute(path, error).lexically_normal();
  const fs::path folder = whole.has_filename() ? whole : whole.parent_path();  // "archive/" ends in nothing
  return Folders{folder, folder.parent_path() / "index"};
}

}  // namespace yorozu::archive::search
