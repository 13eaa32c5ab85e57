/// What would expire when: the retention plan of docs/retention.md. It is computed and shown; nothing is deleted. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "archive/archive.h"
#include "base/time.h"
#include "event/source_class.h"

namespace yorozu::archive {

inline constexpr std::int64_t kDayUs = std::int64_t{86400} * 1000000;
inline constexpr int kSmallestFloorDays = 184;  ///< six months, as the guideline counts them

struct GroupRetention {
  int keep_days = 400;  ///< 0: for ever
  int floor_days = kSmallestFloorDays;
  std::uint64_t budget_bytes = 0;  ///< of segments; 0: no budget
};
struct RetentionRules {
  /// By group; group yorozu is kept for ever unless somebody says otherwise.
  std::array<GroupRetention, event::kRetentionGroups> groups{GroupRetention{}, GroupRetention{}, GroupRetention{},
                                                             GroupRetention{.keep_days = 0}};
};
/// InvalidInput, with the group: a floor below kSmallestFloorDays, a keep below its floor.
Result<void> check(const RetentionRules& rules);

enum class ExpiryReason : std::uint8_t {
  Keep,    ///< older than the group is kept
  Budget,  ///< the group is over its budget, and this is old enough to go before its time
};
std::string_view to_string(ExpiryReason reason);

struct Expiry {
  SegmentInfo segment;
  ExpiryReason reason = ExpiryReason::Keep;
  Timestamp due;  ///< when it may go: the latest of its lines is old enough then; may be past
};

struct GroupPlan {
  std::uint64_t bytes = 0, lines = 0;
  Timestamp first_received, last_received;  ///< unknown when there is nothing
  /// Segments that have an end, the next to go first. With a budget: as if nothing more came.
  std::vector<Expiry> expiries;
  /// The budget cannot be held without going below the floor: so many bytes too much stay.
  std::uint64_t over_budget_bytes = 0;
  /// At the rate of what came in the newest 7 days until `now`: bytes that `keep_days` will take; 0: unknown.
  std::uint64_t expected_bytes = 0;
};
struct RetentionPlan {
  std::array<GroupPlan, event::kRetentionGroups> groups;
};

/// `segments`: as Archive::segments() gives them.
RetentionPlan plan_retention(const std::vector<SegmentInfo>& segments, const RetentionRules& rules, Timestamp now);

}  // namespace yorozu::archive
