/// The part of a date that minute, hour, day, week, month and year ask for; shared by the oracle and the engine.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "sigma/rule.h"

namespace yorozu::sigma {

/// In UTC. Week: ISO 8601, 1-53. Day: of the month. `time` is known.
std::int64_t part_of(Timestamp time, TimePart part);

/// Part and comparison together.
bool matches(const DatePart& wanted, Timestamp time);
bool holds(Comparison op, double left, double right);

}  // namespace yorozu::sigma
