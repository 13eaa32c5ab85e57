/// Which sample files the engine's tables were made from: speed is measured on the others.
#pragma once

#include <filesystem>
#include <string>

#include "base/hash.h"

namespace yorozu::bench {

/// Half of the sample files, by the hash of their names, serve for tables that the engine ships; speed is measured on
/// the other half only.
inline bool is_for_tables(const std::string& path) {
  return hash64(std::filesystem::path(path).filename().string()) % 2 == 0;
}

}  // namespace yorozu::bench
