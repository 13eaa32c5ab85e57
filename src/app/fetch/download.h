/// A file over HTTPS.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace yorozu::fetch {

struct DownloadLimits {
  std::uint64_t bytes = std::uint64_t{256} << 20;
  long seconds = 300;
};

/// HTTPS only, certificates checked, at most five redirects, which stay on HTTPS. Errors: InvalidInput (not https://),
/// NotFound (404), Overloaded (too large), Timeout, Io; with the address in the message.
Result<std::string> download(const std::string& url, const DownloadLimits& limits = {});

bool is_address(const std::string& from);

}  // namespace yorozu::fetch
