#include "ingest/worker.h"

#include <utility>

#include "detect/detection_time.h"
#include "detect/match_fields.h"
#include "ingest/finding.h"
#include "ingest/intake.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

constexpr std::size_t kKeepBuffer = std::size_t{8} << 20;

}  // namespace

Prepared::Prepared() = default;
Prepared::~Prepared() = default;

void Prepared::clear() {
  rules.reset();
  tails.clear();
  tails.shrink(kKeepBuffer);
  lines.clear();
  hits.clear();
  batches.clear();
  oldest_received = {};
}

Worker::Worker(event::Schema& schema, const event::LogsourceMap& logsources)
    : schema_(schema),
      decoder_(codec::make_frame_decoder(schema, logsources)),
      alert_sid_(schema.names.intern("alert.signature_id")),
      alert_signature_(schema.names.intern("alert.signature")),
      alert_severity_(schema.names.intern("alert.severity")) {}

void Worker::prepare(std::vector<std::unique_ptr<FrameBatch>> batches, std::shared_ptr<const LiveRules> rules,
                     Prepared& out) {
  out.clear();
  events_.clear();
  origins_.clear();
  if (matcher_of_ != rules) {
    matcher_.emplace(rules->compiled);
    matcher_of_ = rules;
  }
  out.rules = std::move(rules);
  for (const auto& batch : batches) take_frames(*batch, out);
  matcher_->match(events_, [&](const detect::Match& match) { on_match(match, out); });
  find_device_alerts(out);
  out.batches = std::move(batches);
}

void Worker::take_frames(const FrameBatch& batch, Prepared& out) {
  const codec::FrameKind kind = codec::frame_kind_of(batch.input);
  std::uint64_t decoded = 0;
  for (const Frame& frame : batch.frames) {
    const codec::Understood understood = decoder_->decode({frame.raw, kind, frame.received, batch.peer}, events_);
    if (understood == codec::Understood::Fields) ++decoded;
    event::Event& event = events_.events.back();
    if (event.source_class == event::SourceClass::Other) event.source_class = batch.source_class;
    const std::size_t begin = out.tails.size();
    proof::append_line_tail({frame.received, batch.input, batch.peer, frame.via_json, frame.raw, frame.cut}, out.tails);
    out.lines.push_back({begin, out.tails.size() - begin, event::retention_group_of(event.source_class)});
    origins_.push_back({&batch, frame.received});
    if (!out.oldest_received.known() || frame.received < out.oldest_received) out.oldest_received = frame.received;
  }
  if (batch.counters == nullptr) return;
  batch.counters->decoded.fetch_add(decoded, std::memory_order_relaxed);
  batch.counters->undecoded.fetch_add(batch.frames.size() - decoded, std::memory_order_relaxed);
}

std::string Worker::event_part(const event::Event& event, std::string_view fields_json, std::size_t line) const {
  const LineOrigin& origin = origins_[line];
  EventPart part;
  part.time = event.time;
  part.correlated_by_arrival = detect::detection_time(event.time, origin.received) != event.time;
  part.input = origin.batch->input;
  const std::string host = events_.host_of(event);
  part.host = host.empty() ? std::string_view(origin.batch->peer) : std::string_view(host);
  part.channel = schema_.names.text(event.channel);
  part.event_id = event.event_id;
  part.record_id = event.record_id;
  part.fields_json = fields_json;
  std::string out;
  append_event_part(part, out);
  return out;
}

void Worker::on_match(const detect::Match& match, Prepared& out) {
  const LiveRule& rule = matcher_of_->rules[match.rule];
  const auto line = static_cast<std::size_t>(&match.event - events_.events.data());
  Prepared::Hit hit;
  hit.line = static_cast<std::uint32_t>(line);
  hit.rule = match.rule;
  hit.time = detect::detection_time(match.event.time, origins_[line].received);
  if (rule.alerts) {
    fields_.clear();
    detect::append_match_fields(match, schema_.names, fields_);
    hit.part = event_part(match.event, fields_, line);
  }
  if (rule.wanted)
    for (const std::string& field : rule.fields) {
      auto all = detect::field_values(*matcher_of_->compiled, match.rule, field, match.event, match.batch);
      hit.values.push_back(all.empty() ? std::nullopt : std::optional(std::move(all.front())));
    }
  out.hits.push_back(std::move(hit));
}

/// Suricata's EVE and Snort: the device has decided already, its alert becomes a finding of its own name.
void Worker::find_device_alerts(Prepared& out) {
  for (std::size_t line = 0; line < events_.events.size(); ++line) {
    const event::Event& event = events_.events[line];
    if (event.source_class != event::SourceClass::Ids) continue;
    const event::Value* sid = events_.find(event, alert_sid_);
    if (sid == nullptr) continue;
    const event::Value* signature = events_.find(event, alert_signature_);
    const event::Value* severity = events_.find(event, alert_severity_);
    Prepared::Hit hit;
    hit.line = static_cast<std::uint32_t>(line);
    hit.time = detect::detection_time(event.time, origins_[line].received);
    hit.device = std::make_unique<DeviceAlert>(suricata_alert(
        event::to_text(*sid), signature == nullptr ? std::string("IDS alert") : event::to_text(*signature),
        severity == nullptr ? 3 : event::to_int(*severity).value_or(3)));
    hit.part = event_part(event, "{}", line);
    out.hits.push_back(std::move(hit));
  }
}

}  // namespace yorozu::ingest
