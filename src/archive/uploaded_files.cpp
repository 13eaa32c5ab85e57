#include "archive/uploaded_files.h"

#include <map>

#include "archive/archive.h"
#include "archive/layout.h"
#include "base/try.h"
#include "proof/line.h"

namespace yorozu::archive {
namespace {

/// "" when it is no line of an upload.
std::string named_file(std::string_view line, Timestamp& received) {
  constexpr std::size_t kStart = 96;  // seq, received, input
  if (!line.substr(0, kStart).contains(R"(,"input":"upload",)")) return "";
  auto parsed = proof::parse_line(line);
  if (!parsed || parsed->input != "upload") return "";
  received = parsed->received;
  for (auto& [key, value] : parsed->via)
    if (key == "sha256") return std::move(value);
  return "";
}

}  // namespace

Result<std::vector<UploadedFile>> list_uploaded_files(Disk& disk, const std::filesystem::path& folder) {
  std::map<std::string, UploadedFile> files;
  TRY_ASSIGN(const auto names, disk.list(folder / kFileFolder));
  for (const std::string& name : names) {
    if (name.ends_with(kUnfinished)) continue;
    TRY_ASSIGN(const auto file, disk.open(folder / kFileFolder / name));
    TRY_ASSIGN(const std::uint64_t bytes, file->size());
    files[name] = {name, bytes, {}};
  }
  if (files.empty()) return std::vector<UploadedFile>();
  const auto read = read_archive(disk, folder, 1, [&](const CommittedLine& line) {
    Timestamp received;
    if (const auto found = files.find(named_file(line.line, received)); found != files.end())
      found->second.named_by[static_cast<std::size_t>(line.group)] = {line.seq, received};
    return true;
  });
  if (!read) return std::unexpected(read.error());
  std::vector<UploadedFile> out;
  for (auto& [name, file] : files) out.push_back(std::move(file));
  return out;
}

}  // namespace yorozu::archive
