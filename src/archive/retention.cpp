#include "archive/retention.h"

#include <algorithm>

namespace yorozu::archive {
namespace {

constexpr std::int64_t kRateDays = 7;
constexpr std::uint64_t kFarthestDays = 36'500;  // beyond a century nothing is foretold
constexpr std::uint64_t kDaysOfForEver = 365;    // a disk need not be larger today for what never goes

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
      group.bytes_per_day = recent / static_cast<std::uint64_t>(days);
      group.expected_bytes = group.bytes_per_day * static_cast<std::uint64_t>(rules.groups[g].keep_days);
    }
    plan_by_age(group, members, rules.groups[g]);
    plan_by_budget(group, members, rules.groups[g], now);
    std::ranges::stable_sort(group.expiries, {}, &Expiry::due);
  }
  return plan;
}

DiskForecast forecast(const RetentionPlan& plan, const RetentionRules& rules, const DiskSpace& disk,
                      std::uint64_t index_bytes) {
  std::uint64_t evidence = 0, a_day = 0, expected = 0, for_ever = 0;
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    const GroupPlan& group = plan.groups[g];
    evidence += group.bytes;
    a_day += group.bytes_per_day;
    expected += group.expected_bytes;
    if (rules.groups[g].keep_days == 0) for_ever += group.bytes + group.bytes_per_day * kDaysOfForEver;
  }
  const double share = evidence == 0 ? 1 : 1 + static_cast<double>(index_bytes) / static_cast<double>(evidence);
  const auto with_index = [&](std::uint64_t bytes) {
    return static_cast<std::uint64_t>(static_cast<double>(bytes) * share);
  };
  DiskForecast out;
  out.bytes_per_day = with_index(a_day);
  out.expected_bytes = with_index(expected);
  if (out.bytes_per_day != 0 && disk.free / out.bytes_per_day <= kFarthestDays)
    out.full_in_days = static_cast<std::int64_t>(disk.free / out.bytes_per_day);
  out.fits = with_index(expected + for_ever) <= disk.free + with_index(evidence);
  return out;
}

namespace {

/// When the last of `named` may go; nullopt: never.
std::optional<Timestamp> due_of(const NamedBy& named, const GroupPlan& plan, const GroupRetention& rules) {
  if (rules.keep_days == 0 && rules.budget_bytes == 0) return std::nullopt;
  for (const Expiry& expiry : plan.expiries)
    if (expiry.segment.first_seq <= named.last_seq && named.last_seq <= expiry.segment.last_seq) return expiry.due;
  if (rules.keep_days == 0) return std::nullopt;
  return after_days(named.received, rules.keep_days);  // not sealed yet
}

}  // namespace

std::vector<FileExpiry> plan_files(std::vector<UploadedFile> files, const RetentionPlan& plan,
                                   const RetentionRules& rules) {
  std::vector<FileExpiry> out;
  out.reserve(files.size());
  for (UploadedFile& file : files) {
    FileExpiry expiry{std::move(file), Timestamp{0}};
    for (std::size_t g = 0; g < plan.groups.size() && expiry.due; ++g) {
      const NamedBy& named = expiry.file.named_by[g];
      if (named.last_seq == 0) continue;
      const auto due = due_of(named, plan.groups[g], rules.groups[g]);
      expiry.due = due ? std::optional(std::max(*expiry.due, *due)) : std::nullopt;
    }
    out.push_back(std::move(expiry));
  }
  std::ranges::stable_sort(out, {}, [](const FileExpiry& it) { return it.due ? it.due->us : INT64_MAX; });
  return out;
}

}  // namespace yorozu::archive
