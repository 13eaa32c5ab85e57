#include "archive/index/index_catalogue.h"

#include <algorithm>
#include <map>
#include <utility>

#include "archive/index/columns.h"
#include "base/try.h"

namespace yorozu::archive::index {

namespace {

/// Paths of index files, at index/<yyyy>/<mm>/<dd>/, and what an interrupted indexer left there.
struct Found {
  std::vector<std::filesystem::path> files, left_over;
};
Found find_index_files(Disk& disk, const std::filesystem::path& index) {
  std::vector<std::filesystem::path> folders = {index}, below;
  for (int level = 0; level < 3; ++level) {
    below.clear();
    for (const std::filesystem::path& folder : folders)
      if (const auto names = disk.list(folder))
        for (const std::string& name : *names)
          if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) below.push_back(folder / name);
    folders.swap(below);
  }
  Found found;
  for (const std::filesystem::path& folder : folders) {
    const auto names = disk.list(folder);
    if (!names) continue;
    for (const std::string& name : *names) {
      const std::filesystem::path path = folder / name;
      if (name.ends_with(kIndexSuffix)) {
        found.files.push_back(path);
      } else if (name.ends_with(kUnfinished)) {
        found.left_over.push_back(path);
      } else if (name.ends_with(kColumnsSuffix)) {
        const std::string index_name = std::filesystem::path(name).replace_extension(kIndexSuffix).string();
        if (std::ranges::find(*names, index_name) == names->end()) found.left_over.push_back(path);
      }
    }
  }
  return found;
}

Result<std::uint64_t> size_of(Disk& disk, const std::filesystem::path& path) {
  TRY_ASSIGN(const std::unique_ptr<DiskFile> file, disk.open(path));
  return file->size();
}

Result<Sha256> hash_of_file(Disk& disk, const std::filesystem::path& path) {
  TRY_ASSIGN(const std::unique_ptr<DiskFile> file, disk.open(path));
  Sha256Stream hash;
  std::vector<std::uint8_t> buffer(std::size_t{1} << 20);
  for (std::uint64_t at = 0;;) {
    TRY_ASSIGN(const std::size_t got, file->read_at(at, buffer));
    if (got == 0) return hash.finish();
    hash.update(ByteView(buffer).first(got));
    at += got;
  }
}

}  // namespace

std::string_view to_string(IndexState state) {
  switch (state) {
    case IndexState::Good:
      return "good";
    case IndexState::Missing:
      return "missing";
    case IndexState::Stale:
      return "stale";
    case IndexState::Damaged:
      return "damaged";
  }
  return "";
}

std::filesystem::path columns_path_of(std::filesystem::path index_path) {
  return index_path.replace_extension(kColumnsSuffix);
}

struct IndexCatalogue::Opener {
  Disk& disk;
  const std::filesystem::path& archive;
  IndexCheck check;
  IndexCatalogue& out;
  std::map<SegmentName, IndexedSegment*> by_name;

  Result<void> list_segments() {
    TRY_ASSIGN(FoundFiles found, find_files(disk, archive));
    for (auto& group : found.stored.segments)
      for (SegmentFile& file : group) {
        const auto size = size_of(disk, archive / file.path);
        if (!size) continue;  // it went away meanwhile
        out.segments_.push_back({.segment = std::move(file),
                                 .bytes = *size,
                                 .state = IndexState::Missing,
                                 .reason = "not indexed yet",
                                 .file = nullptr,
                                 .entry = nullptr,
                                 .columns = nullptr});
      }
    std::ranges::sort(out.segments_, {}, [](const IndexedSegment& s) { return s.segment.name; });
    for (IndexedSegment& segment : out.segments_) by_name[segment.segment.name] = &segment;
    return {};
  }

  void add_file(const std::filesystem::path& path) {
    auto file = IndexFile::open(disk, path);
    if (file && check == IndexCheck::Full)
      if (const auto verified = file->verify(); !verified) file = std::unexpected(verified.error());
    if (!file) {
      refuse(path, file.error());
      return;
    }
    out.files_.push_back(std::make_unique<IndexFile>(*std::move(file)));
    const IndexFile& opened = *out.files_.back();
    const ColumnsFile* const columns = open_columns(path, opened);
    for (const SegmentEntry& entry : opened.segments()) offer(opened, entry, columns);
    out.used_.push_back({path, &opened, 0});
  }

  /// A file may have been taken and then given up for a better one.
  void count_used() {
    std::map<const IndexFile*, std::size_t> counts;
    for (const IndexedSegment& segment : out.segments_)
      if (segment.file != nullptr) ++counts[segment.file];
    for (UsedFile& file : out.used_) {
      file.used = counts[file.file];
      if (file.used == 0) add_unused(file.path);
    }
    std::erase_if(out.used_, [](const UsedFile& file) { return file.used == 0; });
  }

  void add_unused(const std::filesystem::path& index_path) {
    out.unused_.push_back(index_path);
    out.unused_.push_back(columns_path_of(index_path));
  }

  /// The segment that a file which cannot be read was made of is known by its name alone.
  void refuse(const std::filesystem::path& path, const Error& error) {
    add_unused(path);
    const auto name = parse_segment_name(path.stem().string() + ".ndjson.zst");
    const auto found = name ? by_name.find(*name) : by_name.end();
    if (found == by_name.end() || found->second->state == IndexState::Good) return;
    found->second->state = error.code == ErrorCode::Unsupported ? IndexState::Stale : IndexState::Damaged;
    found->second->reason = error.message;
  }

  const ColumnsFile* open_columns(const std::filesystem::path& index_path, const IndexFile& file) {
    const std::filesystem::path path = columns_path_of(index_path);
    if (check == IndexCheck::Full) {
      const auto stamp = stamp_of(disk, path);
      if (!stamp || *stamp != file.columns()) return nullptr;
    } else {
      const auto size = size_of(disk, path);
      if (!size || *size != file.columns().bytes) return nullptr;
    }
    auto columns = std::make_unique<ColumnsFile>();
    columns->path = path;
    for (const SegmentEntry& entry : file.segments()) columns->rows += entry.rows;
    out.columns_.push_back(std::move(columns));
    return out.columns_.back().get();
  }

  void offer(const IndexFile& file, const SegmentEntry& entry, const ColumnsFile* columns) {
    const auto found = by_name.find(entry.name);
    if (found == by_name.end()) return;
    IndexedSegment& segment = *found->second;
    if (segment.state == IndexState::Good && (segment.columns != nullptr || columns == nullptr)) return;
    if (entry.segment_bytes != segment.bytes || !is_of(entry, segment)) {
      if (segment.state != IndexState::Good) {
        segment.state = IndexState::Stale;
        segment.reason = "made of another file than the segment that is there";
      }
      return;
    }
    segment.state = IndexState::Good;
    segment.reason.clear();
    segment.file = &file;
    segment.entry = &entry;
    segment.columns = columns;
  }

  bool is_of(const SegmentEntry& entry, const IndexedSegment& segment) const {
    if (check == IndexCheck::Quick) return true;
    const auto hash = hash_of_file(disk, archive / segment.segment.path);
    return hash && *hash == entry.segment_hash;
  }

  void find_whole_columns() {
    std::map<const ColumnsFile*, std::uint64_t> rows;
    for (const IndexedSegment& segment : out.segments_)
      if (segment.columns != nullptr) rows[segment.columns] += segment.entry->rows;
    for (const auto& columns : out.columns_) columns->is_whole = rows[columns.get()] == columns->rows;
  }
};

Result<IndexCatalogue> IndexCatalogue::open(Disk& disk, const std::filesystem::path& index,
                                            const std::filesystem::path& archive, IndexCheck check) {
  IndexCatalogue catalogue;
  Opener opener{disk, archive, check, catalogue, {}};
  TRY(opener.list_segments());
  Found found = find_index_files(disk, index);
  for (const std::filesystem::path& path : found.files) opener.add_file(path);
  catalogue.unused_.insert(catalogue.unused_.end(), found.left_over.begin(), found.left_over.end());
  opener.count_used();
  opener.find_whole_columns();
  return catalogue;
}

}  // namespace yorozu::archive::index
