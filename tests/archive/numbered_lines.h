/// Lines whose content follows from their number, so that another process can say whether each one is there and
/// unchanged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "archive/disk.h"

namespace yorozu::archive::testing {

/// Everything behind `{"seq":N,` of line N.
std::string numbered_tail(std::uint64_t number);

/// Reads the whole archive from `from` on: "" when lines from there to `acknowledged` or beyond are there in order,
/// each as numbered_tail() makes it, and nothing is lost; otherwise what is wrong. `last`: the highest number found.
std::string wrong_with(Disk& disk, const std::filesystem::path& folder, std::uint64_t from, std::uint64_t acknowledged,
                       std::uint64_t* last = nullptr);

}  // namespace yorozu::archive::testing
