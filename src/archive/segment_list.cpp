#include "archive/segment_list.h"

#include <algorithm>

#include "archive/stored_lines.h"
#include "base/try.h"
#include "proof/segment.h"

namespace yorozu::archive {

SegmentInfo segment_info(Disk& disk, const std::filesystem::path& folder, const SegmentFile& file) {
  SegmentInfo info;
  info.path = file.path;
  info.group = file.name.group;
  info.first_seq = info.last_seq = file.name.first_seq;
  const auto source = disk.open(folder / file.path);
  if (!source) return info;
  info.bytes = (*source)->size().value_or(0);
  const auto reader = proof::SegmentReader::open(**source);
  if (!reader) return info;
  const proof::SegmentSummary& summary = reader->summary();
  info.last_seq = summary.last_seq;
  info.lines = summary.lines;
  info.raw_bytes = summary.plain_bytes;
  info.first_received = summary.first_received;
  info.last_received = summary.last_received;
  return info;
}

Result<std::vector<SegmentInfo>> list_segments(Disk& disk, const std::filesystem::path& folder) {
  TRY_ASSIGN(const FoundFiles found, find_files(disk, folder));
  std::vector<SegmentInfo> all;
  for (const auto& group : found.stored.segments)
    for (const SegmentFile& file : group) all.push_back(segment_info(disk, folder, file));
  std::ranges::sort(all, {}, &SegmentInfo::first_seq);
  return all;
}

}  // namespace yorozu::archive
