// What the server does, where logs come from, what is kept; and whether it is alive and ready.

#include <algorithm>
#include <vector>

#include "api/handlers.h"
#include "base/embedded.h"
#include "base/json_writer.h"

namespace yorozu::embedded {
std::span<const File> api_description();
}

namespace yorozu::api {
namespace {

constexpr std::size_t kMostDamages = 100, kMostExpiries = 100;

void write_time(Timestamp time, JsonWriter& json) {
  if (time.known())
    json.value(format_rfc3339(time));
  else
    json.null();
}

void write(const InputStatus& input, JsonWriter& json) {
  json.begin_object();
  json.key("name").value(input.name).key("address").value(input.address).key("problem").value(input.problem);
  json.key("received").value(input.received).key("decoded").value(input.decoded);
  json.key("undecoded").value(input.undecoded).key("dropped").value(input.dropped);
  json.key("dropped_by_kernel").value(input.dropped_by_kernel).key("refused").value(input.refused);
  json.key("bytes").value(input.bytes).key("connections").value(input.connections);
  json.key("last_seen");
  write_time(input.last_seen, json);
  json.key("lag_us").value(input.lag_us);
  json.end_object();
}

void write_inputs(const std::vector<InputStatus>& inputs, JsonWriter& json) {
  json.key("inputs").begin_array();
  for (const InputStatus& input : inputs) write(input, json);
  json.end_array();
}

void write_pipeline(const ingest::PipelineStatus& from, JsonWriter& json) {
  json.key("pipeline").begin_object();
  json.key("lines").value(from.lines).key("findings").value(from.findings);
  json.key("findings_suppressed").value(from.suppressed).key("commits").value(from.commits);
  json.key("failed_commits").value(from.failed_commits);
  json.key("queued_bytes").value(std::uint64_t{from.queued_bytes});
  json.key("durable_p50_us").value(from.durable_p50_us).key("durable_p99_us").value(from.durable_p99_us);
  json.key("problem").value(from.problem);
  json.end_object();
}

void write_archive(const Status& from, JsonWriter& json) {
  json.key("archive").begin_object();
  json.key("next_seq").value(from.archive.next_seq).key("segments").value(from.segments);
  json.key("segment_bytes").value(from.segment_bytes).key("raw_bytes").value(from.raw_bytes);
  json.key("unsealed_bytes").value(from.archive.unsealed_bytes);
  json.key("disk").value(archive::to_string(from.archive.disk));
  json.key("disk_total").value(from.archive.space.total).key("disk_free").value(from.archive.space.free);
  json.key("damages").value(from.damages);
  json.key("write_problem").value(from.archive.write_problem);
  json.key("sealing_problem").value(from.archive.sealing_problem);
  json.end_object();
}

/// Why the server is not ready; empty: it is.
std::vector<std::string> obstacles(const Status& status) {
  std::vector<std::string> found;
  if (!status.pipeline.problem.empty()) found.emplace_back("pipeline");
  if (!status.archive.write_problem.empty()) found.emplace_back("archive");
  if (status.archive.disk == archive::DiskLevel::Full) found.emplace_back("disk");
  return found;
}

void write_plan(const archive::GroupRetention& rule, const archive::GroupPlan& plan, JsonWriter& json) {
  json.key("keep_days").value(rule.keep_days).key("floor_days").value(rule.floor_days);
  json.key("budget_bytes").value(rule.budget_bytes);
  json.key("lines").value(plan.lines).key("bytes").value(plan.bytes);
  json.key("first_received");
  write_time(plan.first_received, json);
  json.key("last_received");
  write_time(plan.last_received, json);
  json.key("over_budget_bytes").value(plan.over_budget_bytes);
  json.key("expected_bytes").value(plan.expected_bytes);
  json.key("expiring_segments").value(std::uint64_t{plan.expiries.size()});
  json.key("expiries").begin_array();
  for (std::size_t i = 0; i < std::min(plan.expiries.size(), kMostExpiries); ++i) {
    const archive::Expiry& expiry = plan.expiries[i];
    json.begin_object().key("path").value(expiry.segment.path).key("bytes").value(expiry.segment.bytes);
    json.key("reason").value(archive::to_string(expiry.reason)).key("due");
    write_time(expiry.due, json);
    json.end_object();
  }
  json.end_array();
}

void write(const archive::ArchiveDamage& damage, JsonWriter& json) {
  json.begin_object();
  json.key("kind").value(archive::to_string(damage.kind)).key("file").value(damage.file);
  json.key("offset").value(damage.offset).key("bytes").value(damage.bytes);
  json.key("first_seq").value(damage.first_seq).key("last_seq").value(damage.last_seq);
  json.key("lines").value(damage.lines).key("detail").value(damage.detail);
  json.end_object();
}

}  // namespace

http::Response get_status(Context& context, const Call&) {
  const Status status = context.services.status.status();
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("version").value(status.version).key("started");
  write_time(status.started, json);
  json.key("now");
  write_time(status.now, json);
  json.key("sandbox").value(status.sandbox);
  json.key("ready").value(obstacles(status).empty());
  write_inputs(status.inputs, json);
  json.key("listeners").begin_array();
  for (const ListenerStatus& listener : status.listeners) {
    json.begin_object().key("name").value(listener.name).key("transport").value(listener.transport);
    json.key("address").value(listener.address).key("authentication").value(listener.authentication).end_object();
  }
  json.end_array();
  write_pipeline(status.pipeline, json);
  write_archive(status, json);
  json.key("rules").begin_object();
  json.key("origin").value(status.rules.origin).key("rules").value(status.rules.rules);
  json.key("correlations").value(status.rules.correlations);
  json.key("not_understood").value(status.rules.not_understood).end_object();
  json.key("searches").begin_object().key("running").value(status.searches.running);
  json.key("started").value(status.searches.started).key("finished").value(status.searches.finished);
  json.key("cancelled").value(status.searches.cancelled).key("failed").value(status.searches.failed);
  json.key("refused").value(status.searches.refused).end_object();
  json.key("index").begin_object().key("segments").value(status.index.segments);
  json.key("segments_indexed").value(status.index.segments_indexed);
  json.key("bytes").value(status.index.bytes);
  json.key("problem").value(status.index.problem).end_object();
  json.end_object();
  return json_response(std::move(body));
}

http::Response get_sources(Context& context, const Call&) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("sources").begin_array();
  for (const Source& source : context.services.sources.sources()) {
    json.begin_object().key("name").value(source.name).key("kind").value(source.kind);
    json.key("input").value(source.input).key("class").value(to_string(source.source_class));
    json.key("networks").begin_array();
    for (const std::string& network : source.networks) json.value(network);
    json.end_array().end_object();
  }
  json.end_array();
  write_inputs(context.services.status.status().inputs, json);
  json.end_object();
  return json_response(std::move(body));
}

http::Response get_archive(Context& context, const Call& call) {
  const auto segments = context.services.archive.segments();
  const archive::RetentionRules rules = context.services.archive.retention();
  const archive::RetentionPlan plan = archive::plan_retention(segments, rules, call.now);
  const Status status = context.services.status.status();
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_archive(status, json);
  json.key("groups").begin_array();
  for (const event::RetentionGroup group : event::kAllRetentionGroups) {
    const auto i = static_cast<std::size_t>(group);
    json.begin_object().key("group").value(to_string(group));
    json.key("segments")
        .value(static_cast<std::uint64_t>(std::ranges::count(segments, group, &archive::SegmentInfo::group)));
    write_plan(rules.groups[i], plan.groups[i], json);
    json.end_object();
  }
  json.end_array();
  const auto damages = context.services.archive.damages();
  json.key("damages").begin_array();
  for (std::size_t i = 0; i < std::min(damages.size(), kMostDamages); ++i) write(damages[i], json);
  json.end_array();
  json.key("damages_total").value(std::uint64_t{damages.size()});
  json.end_object();
  return json_response(std::move(body));
}

http::Response get_health(Context&, const Call&) {
  return json_response(R"({"status":"ok"})");
}

http::Response get_readiness(Context& context, const Call&) {
  const auto found = obstacles(context.services.status.status());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("ready").value(found.empty()).key("obstacles").begin_array();
  for (const std::string& obstacle : found) json.value(obstacle);
  json.end_array().end_object();
  return json_response(std::move(body), found.empty() ? 200 : 503);
}

http::Response get_description(Context&, const Call&) {
  http::Response response;
  response.content_type = "application/yaml";
  response.body = embedded::api_description().front().text();
  return response;
}

}  // namespace yorozu::api
