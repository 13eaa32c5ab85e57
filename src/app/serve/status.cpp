#include "app/serve/status.h"

#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>

#include "app/serve/retention.h"

namespace yorozu::serve {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxListed = 200;

json input_json(const InputReport& report) {
  const auto time = [](std::int64_t us) { return us == 0 ? json() : json(format_rfc3339({us})); };
  return {{"name", report.state.name},
          {"address", report.state.address},
          {"problem", report.state.problem},
          {"received", report.received},
          {"decoded", report.decoded},
          {"undecoded", report.undecoded},
          {"dropped", report.dropped},
          {"dropped_by_kernel", report.dropped_by_kernel},
          {"refused", report.refused},
          {"bytes", report.bytes},
          {"connections", report.connections},
          {"last_seen", time(report.last_seen_us)},
          {"lag_us", report.lag_us}};
}

json inputs_json(const Inputs& inputs) {
  json out = json::array();
  for (const InputReport& report : inputs.reports()) out.push_back(input_json(report));
  return out;
}

json listeners_json(const Parts& parts) {
  json out = json::array();
  out.push_back({{"name", "control"},
                 {"transport", "unix"},
                 {"address", parts.folder.control_socket().string()},
                 {"authentication", "root or the service user"}});
  for (const Inputs::Row& row : parts.inputs.listeners()) {
    out.push_back({{"name", row.spec.name},
                   {"transport", to_string(row.spec.transport)},
                   {"address", row.address},
                   {"authentication", row.spec.authentication}});
    if (row.spec.transport == process::Transport::Udp) out.back()["receive_buffer"] = row.receive_buffer;
  }
  return out;
}

json archive_json(const Parts& parts, const std::vector<archive::SegmentInfo>& segments) {
  std::uint64_t bytes = 0, raw_bytes = 0;
  for (const archive::SegmentInfo& segment : segments) {
    bytes += segment.bytes;
    raw_bytes += segment.raw_bytes;
  }
  return {{"next_seq", parts.archive.next_seq()},
          {"segments", segments.size()},
          {"segment_bytes", bytes},
          {"raw_bytes", raw_bytes},
          {"damages", parts.archive.damages().size()}};
}

json pipeline_json(const ingest::PipelineStatus& status) {
  return {{"lines", status.lines},
          {"findings", status.findings},
          {"findings_suppressed", status.suppressed},
          {"commits", status.commits},
          {"failed_commits", status.failed_commits},
          {"queued_bytes", status.queued_bytes},
          {"durable_p50_us", status.durable_p50_us},
          {"durable_p99_us", status.durable_p99_us},
          {"correlation_bytes", status.correlation_bytes},
          {"correlation_groups_dropped", status.correlation_groups_dropped},
          {"correlation_late", status.correlation_late},
          {"problem", status.problem}};
}

std::string_view word(detect::CannotFire::Reason reason) {
  using enum detect::CannotFire::Reason;
  switch (reason) {
    case UnknownLogsource:
      return "unknown_logsource";
    case NoSuchEvents:
      return "no_such_events";
    case FieldNeverSeen:
      return "field_never_seen";
    case EmptyPlaceholder:
      return "empty_placeholder";
    case NeverTrue:
      return "never_true";
    case MemberCannotFire:
      break;
  }
  return "member_cannot_fire";
}

}  // namespace

json status(const Parts& parts) {
  const RuleState rules = parts.rules.state();
  const Timestamp now = parts.now();
  const auto segments = parts.archive.segments();
  json retention = retention_json(parts.folder, segments, parts.config().archive, now);
  retention.erase("going");  // days of it: `archive plan` shows them
  return {{"version", parts.version},
          {"pid", getpid()},
          {"supervisor_pid", getppid()},
          {"started", format_rfc3339(parts.started)},
          {"uptime_s", (now.us - parts.started.us) / 1'000'000},
          {"data", parts.folder.path.string()},
          {"privileges", parts.privileges},
          {"sandbox", parts.sandbox},
          {"inputs", inputs_json(parts.inputs)},
          {"listeners", listeners_json(parts)},
          {"archive", archive_json(parts, segments)},
          {"retention", std::move(retention)},
          {"pipeline", pipeline_json(parts.pipeline.status())},
          {"rules",
           {{"origin", rules.origin},
            {"rules", rules.rules},
            {"correlations", rules.correlations},
            {"not_understood", rules.problems}}}};
}

json blind_rules(const Parts& parts) {
  std::map<std::string, std::size_t> reasons;
  std::map<std::string, std::size_t> details;  // logsources that nothing comes from, by how many rules wait for them
  json rules = json::array();
  const auto live = parts.pipeline.rules();
  const sigma::RuleSet& set = live->set();
  for (const detect::CannotFire& blind : parts.pipeline.cannot_fire()) {
    ++reasons[std::string(word(blind.reason))];
    if (blind.reason == detect::CannotFire::Reason::NoSuchEvents) ++details[blind.detail];
    const sigma::Metadata& meta =
        blind.is_correlation ? set.correlations[blind.index].meta : set.rules[blind.index].meta;
    if (rules.size() < kMaxListed)
      rules.push_back(
          {{"id", meta.id}, {"title", meta.title}, {"reason", word(blind.reason)}, {"detail", blind.detail}});
  }
  return {{"total", set.rules.size() + set.correlations.size()},
          {"reasons", reasons},
          {"logsources", details},
          {"rules", std::move(rules)}};
}

}  // namespace yorozu::serve
