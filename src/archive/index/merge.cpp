#include "archive/index/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "archive/index/columns.h"
#include "base/try.h"

namespace yorozu::archive::index {

namespace {

using UsedFile = IndexCatalogue::UsedFile;

std::uint64_t rows_of(const IndexFile& file) {
  std::uint64_t rows = 0;
  for (const SegmentEntry& entry : file.segments()) rows += entry.rows;
  return rows;
}

Result<void> remove_if_there(Disk& disk, const std::filesystem::path& path) {
  const auto removed = disk.remove(path);
  if (!removed && removed.error().code != ErrorCode::NotFound) return removed;
  return {};
}

Result<void> merge_files(Disk& disk, const std::filesystem::path& folder, const std::vector<const UsedFile*>& files) {
  std::size_t segments = 0;
  for (const UsedFile* file : files) segments += file->file->segments().size();
  // The count makes the name one that no file to be merged has.
  const std::string stem =
      fmt::format("{:012}-{}-segments", files.front()->file->segments().front().name.first_seq, segments);
  const auto with = [&](std::string_view suffix) { return folder / (stem + std::string(suffix)); };
  const std::filesystem::path new_index = with(".index.tmp"), new_columns = with(".parquet.tmp");
  TRY(remove_if_there(disk, new_index));
  TRY(remove_if_there(disk, new_columns));

  std::vector<std::filesystem::path> columns;
  columns.reserve(files.size());
  for (const UsedFile* file : files) columns.push_back(columns_path_of(file->path));
  TRY(merge_columns(folder, columns, new_columns));
  TRY_ASSIGN(const ColumnsStamp stamp, stamp_of(disk, new_columns));

  TRY_ASSIGN(const std::unique_ptr<DiskFile> out, disk.create(new_index));
  IndexFileWriter writer(*out);
  std::uint64_t row = 0;
  for (const UsedFile* file : files)
    for (const SegmentEntry& entry : file->file->segments()) {
      TRY(writer.add_merged(*file->file, entry, row));
      row += entry.rows;
    }
  TRY(writer.finish(stamp));
  TRY(out->sync());
  TRY_ASSIGN(const std::unique_ptr<DiskFile> columns_file, disk.open_for_appending(new_columns));
  TRY(columns_file->sync());
  TRY(disk.rename(new_columns, with(kColumnsSuffix)));
  TRY(disk.rename(new_index, with(kIndexSuffix)));
  TRY(disk.sync_folder(folder));
  for (const UsedFile* file : files) {
    TRY(remove_if_there(disk, file->path));
    TRY(remove_if_there(disk, columns_path_of(file->path)));
  }
  return disk.sync_folder(folder);
}

}  // namespace

Result<std::uint64_t> merge_folder(Disk& disk, const std::filesystem::path& folder, const IndexCatalogue& catalogue) {
  std::vector<const UsedFile*> candidates;
  for (const UsedFile& used : catalogue.used()) {
    if (used.path.parent_path() != folder || used.used != used.file->segments().size()) continue;
    if (std::ranges::none_of(catalogue.columns(), [&](const auto& c) { return c->path == columns_path_of(used.path); }))
      continue;
    if (rows_of(*used.file) <= kMergedRows / 2) candidates.push_back(&used);
  }
  std::ranges::sort(candidates, {}, [](const UsedFile* file) { return file->file->segments().front().name; });
  std::uint64_t gone = 0, rows = 0;
  std::vector<const UsedFile*> together;
  const auto merge_together = [&]() -> Result<void> {
    if (together.size() > 1) {
      TRY(merge_files(disk, folder, together));
      gone += together.size() - 1;
    }
    together.clear();
    rows = 0;
    return {};
  };
  for (const UsedFile* file : candidates) {
    together.push_back(file);
    rows += rows_of(*file->file);
    if (rows >= kMergedRows) {
      TRY(merge_together());
    }
  }
  TRY(merge_together());
  return gone;
}

}  // namespace yorozu::archive::index
