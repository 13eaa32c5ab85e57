/// The files in files/ of an archive folder, and the newest lines that name them: a file goes with the last of these.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "archive/disk.h"
#include "base/result.h"
#include "base/time.h"
#include "event/source_class.h"

namespace yorozu::archive {

struct NamedBy {
  std::uint64_t last_seq = 0;  ///< 0: no line
  Timestamp received = Timestamp::none();
};
struct UploadedFile {
  std::string sha256;
  std::uint64_t bytes = 0;
  std::array<NamedBy, event::kRetentionGroups> named_by;  ///< by group of the lines
};

/// Reads the whole archive when there is a file at all (some GB a second): for a person who asks, not for a loop.
Result<std::vector<UploadedFile>> list_uploaded_files(Disk& disk, const std::filesystem::path& folder);

}  // namespace yorozu::archive
