#include "archive/retention.h"

#include <algorithm>

namespace yorozu::archive {
namespace {

constexpr std::int64_t kRateDays = 7;

Timestamp after_days(Timestamp time, int days) {
  return {time.us + days * kDayUs};
}

void plan_by_age(GroupPlan& plan, const std::vector<const SegmentInfo*>& segments, const GroupRetention& rules) {
  if (rules.keep_days == 0) return;
  for (const SegmentInfo* segment : segments)
    plan.expiries.push_back({*segment, ExpiryReason::Keep, after_days(segment->last_received, rules.keep_days)});
}

/// The oldest go first, each as soon as it is older than the floor, until the rest fits.
void plan_by_budget(GroupPlan& plan, const std::vector<const SegmentInfo*>& segments, const GroupRetention& rules,
                    Timestamp now) {
  if (rules.budget_bytes == 0 || plan.bytes <= rules.budget_bytes) return;
  std::uint64_t too_much = plan.bytes - rules.budget_bytes;
  std::uint64_t can_go_now = 0;
  for (std::size_t i = 0; i < segments.size() && too_much > 0; ++i) {
    const Timestamp due = after_days(segments[i]->last_received, rules.floor_days);
    if (rules.keep_days == 0) {
      plan.expiries.push_back({*segments[i], ExpiryReason::Budget, due});
    } else if (due < plan.expiries[i].due) {
      plan.expiries[i].reason = ExpiryReason::Budget;
      plan.expiries[i].due = due;
    }
    if (due <= now) can_go_now += segments[i]->bytes;
    too_much -= std::min(too_much, segments[i]->bytes);
  }
  const std::uint64_t left = plan.bytes - can_go_now;
  plan.over_budget_bytes = left > rules.budget_bytes ? left - rules.budget_bytes : 0;
}

}  // namespace

std::string_view to_string(ExpiryReason reason) {
  return reason == ExpiryReason::Keep ? "keep" : "budget";
}

Result<void> check(const RetentionRules& rules) {
  for (const event::RetentionGroup group : event::kAllRetentionGroups) {
    const GroupRetention& it = rules.groups[static_cast<std::size_t>(group)];
    const std::string name(event::to_string(group));
    if (it.floor_days < kSmallestFloorDays)
      return fail(ErrorCode::InvalidInput, name + ": floor is below " + std::to_string(kSmallestFloorDays) + " days");
    if (it.keep_days != 0 && it.keep_days < it.floor_days)
      return fail(ErrorCode::InvalidInput, name + ": keep is below floor");
  }
  return {};
}

RetentionPlan plan_retention(const std::vector<SegmentInfo>& segments, const RetentionRules& rules, Timestamp now) {
  RetentionPlan plan;
  std::array<std::vector<const SegmentInfo*>, event::kRetentionGroups> by_group;
  for (const SegmentInfo& segment : segments) by_group[static_cast<std::size_t>(segment.group)].push_back(&segment);
  for (std::size_t g = 0; g < by_group.size(); ++g) {
    GroupPlan& group = plan.groups[g];
    auto& members = by_group[g];
    std::ranges::sort(members, {}, &SegmentInfo::last_received);
    std::uint64_t recent = 0;
    for (const SegmentInfo* segment : members) {
      group.bytes += segment->bytes;
      group.lines += segment->lines;
      if (!group.first_received.known() || segment->first_received < group.first_received)
        group.first_received = segment->first_received;
      group.last_received = std::max(group.last_received, segment->last_received);
      if (segment->last_received.us > now.us - kRateDays * kDayUs) recent += segment->bytes;
    }
    if (group.first_received.known()) {
      const std::int64_t days = std::clamp<std::int64_t>((now.us - group.first_received.us) / kDayUs + 1, 1, kRateDays);
      group.expected_bytes =
          recent / static_cast<std::uint64_t>(days) * static_cast<std::uint64_t>(rules.groups[g].keep_days);
    }
    plan_by_age(group, members, rules.groups[g]);
    plan_by_budget(group, members, rules.groups[g], now);
    std::ranges::stable_sort(group.expiries, {}, &Expiry::due);
  }
  return plan;
}

}  // namespace yorozu::archive
