/// Where tests find big sample data that is not part of the repository: $YOROZU_DATA, else shared/data beside the
/// source tree. A test that needs it and finds nothing is skipped, with the reason:
///   const auto data = shared_data();
///   if (!data) GTEST_SKIP() << kNoSharedData;
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

namespace yorozu {

inline constexpr const char* kNoSharedData = "no sample data: set YOROZU_DATA to its folder";

inline std::optional<std::filesystem::path> shared_data() {
#if defined(YOROZU_SOURCE_DIR)
  std::filesystem::path folder = std::filesystem::path(YOROZU_SOURCE_DIR) / ".." / "shared" / "data";
#else
  std::filesystem::path folder;
#endif
  if (const char* named = std::getenv("YOROZU_DATA"); named != nullptr && *named != '\0') folder = named;
  std::error_code error;
  if (folder.empty() || !std::filesystem::is_directory(folder, error)) return std::nullopt;
  return folder;
}

}  // namespace yorozu
