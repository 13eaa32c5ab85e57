/// How much of the long tests to run, and where their figures go: `./test --long` sets both and writes
/// docs/reliability.md.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

namespace yorozu::archive::testing {

inline std::uint64_t wanted(const char* variable, std::uint64_t ordinary) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? ordinary : static_cast<std::uint64_t>(std::strtoull(text, nullptr, 10));
}

/// One row: what was done, how often, what came of it.
inline void reliability_row(const std::string& fault, const std::string& count, const std::string& result) {
  const char* const path = std::getenv("YOROZU_RELIABILITY_ROWS");
  if (path == nullptr) return;
  std::ofstream(path, std::ios::app) << "| " << fault << " | " << count << " | " << result << " |\n";
}

}  // namespace yorozu::archive::testing
