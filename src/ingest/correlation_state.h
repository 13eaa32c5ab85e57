/// The file that carries open correlation windows over a restart: the correlator's own bytes, and up to which line they
/// know. Format: docs/formats/correlation-state.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace yorozu::ingest {

struct CorrelationState {
  std::uint64_t seq = 0;  ///< newest line whose matches are in it
  std::string bytes;      ///< detect::Correlator::save()
};

std::string encode(const CorrelationState& state);
/// Errors: Corrupt.
Result<CorrelationState> decode_correlation_state(std::string_view bytes);
Result<CorrelationState> load_correlation_state(const std::filesystem::path& path);

}  // namespace yorozu::ingest
