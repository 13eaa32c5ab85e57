/// The result of `yorozu stats` as a table for people, JSON or CSV.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "hunt/event_statistics.h"
#include "hunt/file_report.h"
#include "hunt/input.h"
#include "hunt/pivots.h"
#include "message/message.h"

namespace yorozu::hunt {

enum class StatsFormat : std::uint8_t { Table, Json, Csv };

struct StatsReport {
  const EventStatistics& statistics;
  const Pivots& pivots;
  const Input& input;
  const std::vector<FileReport>& files;
};

/// Table: at most `rows` rows of each list, the rest counted. JSON and CSV have everything (docs/stats.md).
std::string render_stats(const StatsReport& report, StatsFormat format, message::Lang lang, const TimeZone& zone,
                         std::size_t rows);

}  // namespace yorozu::hunt
