/// The retention plan (docs/retention.md) as status, `yorozu archive plan` and doctor show it. Nothing is deleted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "app/config/config.h"
#include "app/serve/data_folder.h"
#include "archive/retention.h"

namespace yorozu::serve {

/// Of all files below it; 0 when it is not there.
std::uint64_t folder_bytes(const std::filesystem::path& folder);

archive::RetentionRules retention_rules(const config::Archive& options);

/// {"groups": [...], "going": [...], "disk": {...}}: each group with what it holds, keeps and expects; what goes on
/// which day, summed by group and reason; the disk and its forecast. `segments`: of this folder.
nlohmann::json retention_json(const DataFolder& folder, const std::vector<archive::SegmentInfo>& segments,
                              const config::Archive& options, Timestamp now);

/// Adds "files" to such a plan: each uploaded file and when it goes. Reads the whole archive when there are any, so it
/// is for the process of a command, not for the server.
Result<void> add_files(nlohmann::json& plan, const DataFolder& folder, Timestamp now);

}  // namespace yorozu::serve
