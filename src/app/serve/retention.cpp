#include "app/serve/retention.h"

#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "archive/segment_list.h"
#include "archive/space.h"
#include "base/try.h"

namespace yorozu::serve {

namespace {

using nlohmann::json;

static_assert(config::kLeastFloorDays == archive::kSmallestFloorDays);

json time_json(Timestamp time) {
  return time.known() ? json(format_rfc3339(time)) : json();
}

json group_json(event::RetentionGroup group, const archive::GroupPlan& plan, const archive::GroupRetention& rules,
                Timestamp now) {
  std::uint64_t may_go = 0;
  for (const archive::Expiry& expiry : plan.expiries) may_go += expiry.due <= now ? 1 : 0;
  const std::int64_t days =
      plan.first_received.known() ? (plan.last_received.us - plan.first_received.us) / archive::kDayUs + 1 : 0;
  return {{"group", to_string(group)},
          {"keep_days", rules.keep_days},
          {"floor_days", rules.floor_days},
          {"budget_bytes", rules.budget_bytes},
          {"bytes", plan.bytes},
          {"lines", plan.lines},
          {"first_received", time_json(plan.first_received)},
          {"last_received", time_json(plan.last_received)},
          {"days", days},
          {"bytes_per_day", plan.bytes_per_day},
          {"expected_bytes", plan.expected_bytes},
          {"over_budget_bytes", plan.over_budget_bytes},
          {"segments_due", may_go},
          {"next_due", plan.expiries.empty() ? json() : time_json(plan.expiries.front().due)}};
}

/// One row a day, group and reason: ten thousand segments are no table for people.
json going_json(const archive::RetentionPlan& plan) {
  struct Sum {
    std::uint64_t segments = 0, bytes = 0;
  };
  std::map<std::tuple<std::string, event::RetentionGroup, archive::ExpiryReason>, Sum> days;
  for (const event::RetentionGroup group : event::kAllRetentionGroups)
    for (const archive::Expiry& expiry : plan.groups[static_cast<std::size_t>(group)].expiries) {
      Sum& sum = days[{format_rfc3339(expiry.due).substr(0, 10), group, expiry.reason}];
      ++sum.segments;
      sum.bytes += expiry.segment.bytes;
    }
  json out = json::array();
  for (const auto& [key, sum] : days) {
    const auto& [day, group, reason] = key;
    out.push_back({{"day", day},
                   {"group", to_string(group)},
                   {"reason", to_string(reason)},
                   {"segments", sum.segments},
                   {"bytes", sum.bytes}});
  }
  return out;
}

json disk_json(const DataFolder& folder, const archive::RetentionPlan& plan, const archive::RetentionRules& rules) {
  const archive::DiskSpace space = archive::real_disk().space(folder.path).value_or(archive::DiskSpace{});
  const std::uint64_t index_bytes = folder_bytes(folder.index());
  const archive::DiskForecast forecast = archive::forecast(plan, rules, space, index_bytes);
  return {{"total", space.total},
          {"free", space.free},
          {"level", to_string(archive::level_of(space))},
          {"index_bytes", index_bytes},
          {"bytes_per_day", forecast.bytes_per_day},
          {"expected_bytes", forecast.expected_bytes},
          {"full_in_days", forecast.full_in_days ? json(*forecast.full_in_days) : json()},
          {"fits", forecast.fits}};
}

}  // namespace

std::uint64_t folder_bytes(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;  // an index file may be replaced while we look
    const std::uint64_t size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

archive::RetentionRules retention_rules(const config::Archive& options) {
  archive::RetentionRules rules;
  for (std::size_t g = 0; g < rules.groups.size(); ++g) {
    rules.groups[g].keep_days = static_cast<int>(options.keep_days[g]);
    if (options.floor_days[g] != 0) rules.groups[g].floor_days = static_cast<int>(options.floor_days[g]);
    rules.groups[g].budget_bytes = options.budget_gib[g] << 30;
  }
  return rules;
}

json retention_json(const DataFolder& folder, const std::vector<archive::SegmentInfo>& segments,
                    const config::Archive& options, Timestamp now) {
  const archive::RetentionRules rules = retention_rules(options);
  const archive::RetentionPlan plan = archive::plan_retention(segments, rules, now);
  json groups = json::array();
  for (const event::RetentionGroup group : event::kAllRetentionGroups) {
    const auto g = static_cast<std::size_t>(group);
    groups.push_back(group_json(group, plan.groups[g], rules.groups[g], now));
  }
  return {{"groups", std::move(groups)}, {"going", going_json(plan)}, {"disk", disk_json(folder, plan, rules)}};
}

Result<void> add_files(json& plan, const DataFolder& folder, Timestamp now) {
  archive::RetentionRules rules;  // as the plan was made with them
  for (std::size_t g = 0; g < rules.groups.size(); ++g) {
    const json& group = plan.at("groups").at(g);
    rules.groups[g] = {group.at("keep_days"), group.at("floor_days"), group.at("budget_bytes")};
  }
  TRY_ASSIGN(const auto segments, archive::list_segments(archive::real_disk(), folder.archive()));
  TRY_ASSIGN(auto files, archive::list_uploaded_files(archive::real_disk(), folder.archive()));
  json out = json::array();
  for (const archive::FileExpiry& it :
       archive::plan_files(std::move(files), archive::plan_retention(segments, rules, now), rules)) {
    std::uint64_t last_seq = 0;
    for (const archive::NamedBy& named : it.file.named_by) last_seq = std::max(last_seq, named.last_seq);
    out.push_back({{"sha256", it.file.sha256},
                   {"bytes", it.file.bytes},
                   {"last_seq", last_seq == 0 ? json() : json(last_seq)},
                   {"due", it.due ? time_json(*it.due) : json()}});
  }
  plan["files"] = std::move(out);
  return {};
}

}  // namespace yorozu::serve
