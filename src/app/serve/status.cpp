#include "app/serve/status.h"

#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>

#include "app/serve/console.h"
#include "app/serve/retention.h"

namespace yorozu::serve {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxListed = 200;

api::InputStatus input_status(const InputReport& report) {
  api::InputStatus out;
  out.name = report.state.name;
  out.address = report.state.address;
  out.problem = report.state.problem;
  out.received = report.received;
  out.decoded = report.decoded;
  out.undecoded = report.undecoded;
  out.dropped = report.dropped;
  out.dropped_by_kernel = report.dropped_by_kernel;
  out.refused = report.refused;
  out.bytes = report.bytes;
  out.connections = report.connections;
  out.last_seen = report.last_seen_us == 0 ? Timestamp::none() : Timestamp{report.last_seen_us};
  out.lag_us = report.lag_us;
  return out;
}

std::vector<api::ListenerStatus> listener_rows(const Parts& parts) {
  std::vector<api::ListenerStatus> out = {
      {"control", "unix", parts.folder.control_socket().string(), "root or the service user"}};
  const auto add = [&](const process::ListenerSpec& spec, const std::string& address) {
    out.push_back({spec.name, std::string(to_string(spec.transport)), address, spec.authentication});
  };
  for (const Inputs::Row& row : parts.inputs.listeners()) add(row.spec, row.address);
  if (const auto row = parts.console.listener()) add(row->spec, row->address);
  return out;
}

api::SearchCounts search_counts(const queries::Counts& counts) {
  return {counts.running, counts.started, counts.finished, counts.cancelled, counts.failed, counts.refused};
}

json input_json(const api::InputStatus& input) {
  return {{"name", input.name},
          {"address", input.address},
          {"problem", input.problem},
          {"received", input.received},
          {"decoded", input.decoded},
          {"undecoded", input.undecoded},
          {"dropped", input.dropped},
          {"dropped_by_kernel", input.dropped_by_kernel},
          {"refused", input.refused},
          {"bytes", input.bytes},
          {"connections", input.connections},
          {"last_seen", input.last_seen.known() ? json(format_rfc3339(input.last_seen)) : json()},
          {"lag_us", input.lag_us}};
}

/// With what only people at this machine need: how large the kernel made the buffer of a UDP socket.
json listeners_json(const std::vector<api::ListenerStatus>& rows, const Inputs& inputs) {
  std::map<std::string, std::uint64_t> buffers;
  for (const Inputs::Row& row : inputs.listeners()) buffers[row.spec.name] = row.receive_buffer;
  json out = json::array();
  for (const api::ListenerStatus& row : rows) {
    out.push_back({{"name", row.name},
                   {"transport", row.transport},
                   {"address", row.address},
                   {"authentication", row.authentication}});
    if (row.transport == "udp") out.back()["receive_buffer"] = buffers[row.name];
  }
  return out;
}

json archive_json(const api::Status& state) {
  return {{"next_seq", state.archive.next_seq},
          {"segments", state.segments},
          {"segment_bytes", state.segment_bytes},
          {"raw_bytes", state.raw_bytes},
          {"damages", state.damages}};
}

json searches_json(const queries::Counts& counts) {
  return {{"children", counts.children}, {"running", counts.running},   {"waiting", counts.waiting},
          {"started", counts.started},   {"finished", counts.finished}, {"cancelled", counts.cancelled},
          {"failed", counts.failed},     {"refused", counts.refused}};
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

}  // namespace

api::Status state_of(const Parts& parts) {
  api::Status out;
  out.version = parts.version;
  out.started = parts.started;
  out.now = parts.now();
  out.sandbox = parts.sandbox;
  for (const InputReport& report : parts.inputs.reports()) out.inputs.push_back(input_status(report));
  out.listeners = listener_rows(parts);
  out.pipeline = parts.pipeline.status();
  out.archive = parts.archive.status();
  const auto segments = parts.archive.segments();
  out.segments = segments.size();
  for (const archive::SegmentInfo& segment : segments) {
    out.segment_bytes += segment.bytes;
    out.raw_bytes += segment.raw_bytes;
  }
  out.damages = parts.archive.damages().size();
  const RuleState rules = parts.rules.state();
  out.rules = {rules.origin, rules.rules, rules.correlations, rules.problems};
  out.searches = search_counts(parts.queries.counts());
  out.index.segments = out.segments;
  if (parts.indexing != nullptr) {
    const auto progress = parts.indexing->progress();
    out.index.segments_indexed = progress.segments - std::min(progress.segments, progress.behind);
    out.index.bytes = folder_bytes(parts.folder.index());
    out.index.problem = progress.problem;
  }
  return out;
}

/// As the indexer said it last.
json index_json(const api::Status& state, const archive::index::IndexerProgress& progress) {
  return {{"segments", state.index.segments},
          {"segments_indexed", state.index.segments_indexed},
          {"bytes", state.index.bytes},
          {"behind_bytes", progress.behind_bytes},
          {"behind_since", progress.behind_since.known() ? json(format_rfc3339(progress.behind_since)) : json()},
          {"found_damaged", progress.found_damaged},
          {"problem", progress.problem}};
}

json status(const Parts& parts) {
  const api::Status state = state_of(parts);
  json retention = retention_json(parts.folder, parts.archive.segments(), parts.config().archive, state.now);
  retention.erase("going");  // days of it: `archive plan` shows them
  json inputs = json::array();
  for (const api::InputStatus& input : state.inputs) inputs.push_back(input_json(input));
  json out = {{"version", state.version},
              {"pid", getpid()},
              {"supervisor_pid", getppid()},
              {"started", format_rfc3339(state.started)},
              {"uptime_s", (state.now.us - state.started.us) / 1'000'000},
              {"data", parts.folder.path.string()},
              {"privileges", parts.privileges},
              {"sandbox", state.sandbox},
              {"inputs", std::move(inputs)},
              {"listeners", listeners_json(state.listeners, parts.inputs)},
              {"archive", archive_json(state)},
              {"retention", std::move(retention)},
              {"pipeline", pipeline_json(state.pipeline)},
              {"searches", searches_json(parts.queries.counts())},
              {"rules",
               {{"origin", state.rules.origin},
                {"rules", state.rules.rules},
                {"correlations", state.rules.correlations},
                {"not_understood", state.rules.not_understood}}}};
  if (parts.indexing != nullptr) out["index"] = index_json(state, parts.indexing->progress());
  return out;
}

json blind_rules(const Parts& parts) {
  std::map<std::string, std::size_t> reasons;
  std::map<std::string, std::size_t> details;  // logsources that nothing comes from, by how many rules wait for them
  json rules = json::array();
  const auto live = parts.pipeline.rules();
  const sigma::RuleSet& set = live->set();
  for (const detect::CannotFire& blind : parts.pipeline.cannot_fire()) {
    ++reasons[std::string(to_string(blind.reason))];
    if (blind.reason == detect::CannotFire::Reason::NoSuchEvents) ++details[blind.detail];
    const sigma::Metadata& meta =
        blind.is_correlation ? set.correlations[blind.index].meta : set.rules[blind.index].meta;
    if (rules.size() < kMaxListed)
      rules.push_back(
          {{"id", meta.id}, {"title", meta.title}, {"reason", to_string(blind.reason)}, {"detail", blind.detail}});
  }
  return {{"total", set.rules.size() + set.correlations.size()},
          {"reasons", reasons},
          {"logsources", details},
          {"rules", std::move(rules)}};
}

}  // namespace yorozu::serve
