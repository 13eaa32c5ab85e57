/// What the segments of an archive folder hold, by their summaries: no block is unpacked, no server needed.
#pragma once

#include <filesystem>
#include <vector>

#include "archive/archive.h"
#include "archive/catalogue.h"
#include "archive/disk.h"

namespace yorozu::archive {

/// A segment whose summary cannot be read has its name and size only.
SegmentInfo segment_info(Disk& disk, const std::filesystem::path& folder, const SegmentFile& file);

/// In order of first_seq.
Result<std::vector<SegmentInfo>> list_segments(Disk& disk, const std::filesystem::path& folder);

}  // namespace yorozu::archive
