/// Times as people say them on a command line.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace yorozu::answers {

/// `now`, `now-24h`, `-24h` (units s, m, h, d, w), `today` 今日, `yesterday` 昨日 (their midnight in `zone`), and what
/// TimeZone::parse reads. nullopt when it is none of these.
std::optional<Timestamp> parse_when(std::string_view text, Timestamp now, const TimeZone& zone);

}  // namespace yorozu::answers
