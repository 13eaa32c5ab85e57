#include "ingest/worker.h"

#include <utility>

#include "base/hash.h"
#include "detect/detection_time.h"
#include "detect/match_fields.h"
#include "ingest/finding.h"
#include "ingest/intake.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

detect::DetectionTime time_of(const event::Event& event, Timestamp received, std::string_view input,
                              std::int64_t tolerance_us) {
  const bool as_they_happen = input.starts_with("syslog.") || input == "relp";
  return detect::detection_time(event.time, received, tolerance_us,
                                as_they_happen ? detect::Delivery::AsTheyHappen : detect::Delivery::FromStore);
}

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

Worker::Worker(event::Schema& schema, const event::LogsourceMap& logsources, std::int64_t tolerance_us)
    : schema_(schema),
      tolerance_us_(tolerance_us),
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
  part.correlated_by_arrival = time_of(event, origin.received, origin.batch->input, tolerance_us_).clock ==
                               detect::DetectionTime::Clock::Arrival;
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

void Worker::set_time(const event::Event& event, std::size_t line, Prepared::Hit& hit) const {
  const LineOrigin& origin = origins_[line];
  const detect::DetectionTime time = time_of(event, origin.received, origin.batch->input, tolerance_us_);
  hit.time = time.time;
  if (time.clock != detect::DetectionTime::Clock::Late) return;
  // The same for a line that is read again after a restart, so nothing that only the connection knows.
  const std::uint64_t source = hash64(events_.host_of(event), hash64(origin.batch->peer, hash64(origin.batch->input)));
  hit.late_source = source == 0 ? 1 : source;
}

void Worker::on_match(const detect::Match& match, Prepared& out) {
  const LiveRule& rule = matcher_of_->rules[match.rule];
  const auto line = static_cast<std::size_t>(&match.event - events_.events.data());
  Prepared::Hit hit;
  hit.line = static_cast<std::uint32_t>(line);
  hit.rule = match.rule;
  set_time(match.event, line, hit);
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

/// Events come in few shapes: each is looked through once.
bool Worker::may_be_alert(const event::Shape& shape) {
  if (shape.id == event::Shape::kTransient) return shape.find(alert_sid_) >= 0;
  if (shape.id >= alert_shapes_.size()) alert_shapes_.resize(shape.id + 1, ShapeKind::Unknown);
  ShapeKind& kind = alert_shapes_[shape.id];
  if (kind == ShapeKind::Unknown) kind = shape.find(alert_sid_) >= 0 ? ShapeKind::Alert : ShapeKind::Other;
  return kind == ShapeKind::Alert;
}

/// Suricata's EVE and Snort: the device has decided already, its alert becomes a finding of its own name.
void Worker::find_device_alerts(Prepared& out) {
  for (std::size_t line = 0; line < events_.events.size(); ++line) {
    const event::Event& event = events_.events[line];
    if (!may_be_alert(*event.shape)) continue;
    const event::Value* sid = events_.find(event, alert_sid_);
    if (sid == nullptr) continue;
    const event::Value* signature = events_.find(event, alert_signature_);
    const event::Value* severity = events_.find(event, alert_severity_);
    Prepared::Hit hit;
    hit.line = static_cast<std::uint32_t>(line);
    set_time(event, line, hit);
    hit.device = std::make_unique<DeviceAlert>(suricata_alert(
        event::to_text(*sid), signature == nullptr ? std::string("IDS alert") : event::to_text(*signature),
        severity == nullptr ? 3 : event::to_int(*severity).value_or(3)));
    hit.part = event_part(event, "{}", line);
    out.hits.push_back(std::move(hit));
  }
}

}  // namespace yorozu::ingest
