/// What would expire when: the retention plan of docs/retention.md. It is computed and shown; nothing is deleted. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "archive/archive.h"
#include "archive/uploaded_files.h"
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
  /// What came a day in the newest 7 days until `now`, and what `keep_days` of it will take; 0: unknown.
  std::uint64_t bytes_per_day = 0, expected_bytes = 0;
};
struct RetentionPlan {
  std::array<GroupPlan, event::kRetentionGroups> groups;
};

/// `segments`: as Archive::segments() gives them.
RetentionPlan plan_retention(const std::vector<SegmentInfo>& segments, const RetentionRules& rules, Timestamp now);

/// What the disk will say to it, at the rate of the newest 7 days. The index grows as the evidence does.
struct DiskForecast {
  std::uint64_t bytes_per_day = 0;
  std::uint64_t expected_bytes = 0;          ///< of all groups that have a time to keep
  std::optional<std::int64_t> full_in_days;  ///< when nothing is deleted; nullopt: unknown
  /// What is expected, and a year of what is kept for ever, has room on this disk beside what others have on it.
  bool fits = true;
};
DiskForecast forecast(const RetentionPlan& plan, const RetentionRules& rules, const DiskSpace& disk,
                      std::uint64_t index_bytes);

/// An uploaded file goes with the last line that names it.
struct FileExpiry {
  UploadedFile file;
  std::optional<Timestamp> due;  ///< nullopt: never; 1970 when no line names it (a crash came between the two)
};
/// `plan`: of the same folder and rules. The next to go first.
std::vector<FileExpiry> plan_files(std::vector<UploadedFile> files, const RetentionPlan& plan,
                                   const RetentionRules& rules);

}  // namespace yorozu::archive
