/// Index files of a day that is over, put together: a question over months then opens one file a day, not one for each
/// hour and group. Filters are copied as they are; columns go through DuckDB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "archive/disk.h"
#include "archive/index/index_catalogue.h"
#include "base/result.h"

namespace yorozu::archive::index {

/// Rows at which a merged file is full: what a merge has to write again stays bounded.
inline constexpr std::uint64_t kMergedRows = std::uint64_t{1} << 22;

/// Merges what stands in one folder of the index, when that leaves fewer files. Every file that is merged is of Good
/// segments only, with columns. Old files go after the new one is durable. Gives how many files went.
Result<std::uint64_t> merge_folder(Disk& disk, const std::filesystem::path& folder, const IndexCatalogue& catalogue);

}  // namespace yorozu::archive::index
