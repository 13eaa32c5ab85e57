/// Correlation documents. References to rules stay names here; sigma/resolve.h finds out what they mean.
#pragma once

#include <optional>

#include "sigma/report.h"
#include "sigma/yaml_tree.h"

namespace yorozu::sigma {

/// `meta` is already read. nullopt: error reported.
std::optional<Correlation> parse_correlation(const YamlNode& document, Metadata meta, Report& report);

/// "90s", "15m", "24h", "7d"; also w (week), M (30 days), y (365 days). Microseconds; nullopt: none of these, or zero.
std::optional<std::int64_t> parse_timespan(std::string_view text);

}  // namespace yorozu::sigma
