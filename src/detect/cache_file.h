/// One sealed file of the rule cache: bytes that only we could have written. Internal to detect/.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yorozu::detect {

class CacheFolder {
 public:
  static constexpr std::size_t kKeep = 4;  ///< newest files; older ones are removed
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;

  /// Makes the folder (0700) and the key (0600) when they are missing. Denied: not ours, or others may write there.
  static Result<CacheFolder> open(const std::filesystem::path& folder);

  /// Content of the file of that name (hex digits). NotFound: none; Corrupt or Denied: not what we wrote.
  Result<std::string> read(std::string_view name) const;
  /// Atomically; then removes all but the newest kKeep.
  Result<void> write(std::string_view name, std::string_view content) const;

 private:
  CacheFolder(std::filesystem::path folder, std::string key) : folder_(std::move(folder)), key_(std::move(key)) {}
  void remove_old() const;
  std::filesystem::path folder_;
  std::string key_;
};

}  // namespace yorozu::detect
