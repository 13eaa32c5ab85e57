/// Times as people's programs write them into columns.
#pragma once

#include <optional>
#include <string_view>

#include "codec/written_time.h"

namespace yorozu::codec::table {

/// ISO 8601 and RFC 3339, seconds to nanoseconds since 1970, "2026/11/24 10:02:03", "11/24/2026 10:02:03 AM" (month
/// first, unless it cannot be a month), "24-Nov-2026 10:02:03", "Nov 24 2026 10:02:03", "2026年11月24日 10時02分03秒",
/// also with 午前 and 午後. A date alone is its midnight. What names no zone is local. nullopt when it is none of
/// these.
std::optional<WrittenTime> read_time(std::string_view text);

}  // namespace yorozu::codec::table
