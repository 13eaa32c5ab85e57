/// How far the indexer is, as a line of JSON between its process and the server.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "archive/index/indexer.h"

namespace yorozu::indexing {

std::string progress_line(const archive::index::IndexerProgress& progress);
/// nullopt: no such line.
std::optional<archive::index::IndexerProgress> parse_progress_line(std::string_view line);

}  // namespace yorozu::indexing
