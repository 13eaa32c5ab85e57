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
  worker = 0;
  first_ticket = 0;
}

Worker::Worker(event::Schema& schema, const event::LogsourceMap& logsources, std::int64_t tolerance_us, unsigned number)
    : schema_(schema),
      tolerance_us_(tolerance_us),
      number_(number),
      decoder_(codec::make_frame_decoder(schema, logsources)),
      grouping_(schema, logsources),
      alert_sid_(schema.names.intern("alert.signature_id")),
      alert_signature_(schema.names.intern("alert.signature")),
      alert_severity_(schema.names.intern("alert.severity")) {}

void Worker::prepare(std::vector<std::unique_ptr<FrameBatch>> batches, std::shared_ptr<const LiveRules> rules,
                     Timestamp now, Ending ending, Prepared& out) {
  out.clear();
  out.worker = number_;
  out.first_ticket = next_ticket_;
  events_.clear();
  origins_.clear();
  if (matcher_of_ != rules) {
    matcher_.emplace(rules->compiled);
    matcher_of_ = rules;
  }
  out.rules = std::move(rules);
  for (const auto& batch : batches) take_frames(*batch, now, out);
  add_grouped(now, ending);
  matcher_->match(events_, [&](const detect::Match& match) { on_match(match, out); });
  find_device_alerts(out);
  out.batches = std::move(batches);
}

void Worker::take_frames(const FrameBatch& batch, Timestamp now, Prepared& out) {
  const codec::FrameKind kind = codec::frame_kind_of(batch.input);
  stream_.assign(batch.input);
  stream_ += '\n';
  stream_ += batch.peer;
  if (!batch.file.empty()) stream_.append("\n").append(batch.file);
  std::uint64_t decoded = 0;
  for (const Frame& received : batch.frames) {
    const codec::Frame frame{
        .raw = received.raw, .kind = kind, .received = received.received, .zone = batch.zone.get(), .stream = stream_};
    const codec::Understood understood = decoder_->decode(frame, events_);
    if (understood == codec::Understood::Fields) ++decoded;
    event::Event& event = events_.events.back();
    if (event.source_class == event::SourceClass::Other) event.source_class = batch.source_class;
    const std::size_t begin = out.tails.size();
    const bool took_zone = batch.zone != nullptr && decoder_->took_zone();
    const std::string_view via = took_zone ? via_with_zone(received.via_json, *batch.zone) : received.via_json;
    proof::append_line_tail({received.received, batch.input, batch.peer, via, received.raw, received.cut}, out.tails);
    out.lines.push_back({begin, out.tails.size() - begin, event::retention_group_of(event.source_class)});
    if (!out.oldest_received.known() || received.received < out.oldest_received)
      out.oldest_received = received.received;
    const std::uint64_t ticket = next_ticket_++;
    if (!grouping_.hold(frame, ticket, now, events_))
      origins_.push_back(
          {batch.input, batch.peer, received.received, static_cast<std::uint32_t>(out.lines.size() - 1), nullptr});
  }
  if (batch.counters == nullptr) return;
  batch.counters->decoded.fetch_add(decoded, std::memory_order_relaxed);
  batch.counters->undecoded.fetch_add(batch.frames.size() - decoded, std::memory_order_relaxed);
}

/// So that whoever reads the line later takes its time for the same moment, on whatever machine.
std::string_view Worker::via_with_zone(std::string_view via_json, const TimeZone& zone) {
  if (via_json.empty()) {
    via_ = "{";
  } else {
    via_ = via_json.substr(0, via_json.size() - 1);
    via_ += ',';
  }
  return via_.append("\"zone\":\"").append(zone.name()).append("\"}");
}

/// Events that rest on several frames and are complete now.
void Worker::add_grouped(Timestamp now, Ending ending) {
  grouped_.clear();
  grouping_.add_complete(now, events_, grouped_);
  if (ending == Ending::Ends) grouping_.flush(events_, grouped_);
  for (const codec::AuditGrouping::Made& made : grouped_) {
    const std::string_view stream = made.stream;
    const std::size_t at = stream.find('\n');
    const std::string_view rest = stream.substr(at + 1);
    origins_.push_back({stream.substr(0, at), rest.substr(0, rest.find('\n')), made.received, 0, &made});
  }
}

std::string Worker::event_part(const event::Event& event, std::string_view fields_json, const Origin& origin) const {
  EventPart part;
  part.time = event.time;
  part.correlated_by_arrival =
      time_of(event, origin.received, origin.input, tolerance_us_).clock == detect::DetectionTime::Clock::Arrival;
  part.input = origin.input;
  const std::string host = events_.host_of(event);
  part.host = host.empty() ? origin.peer : std::string_view(host);
  part.channel = schema_.names.text(event.channel);
  part.event_id = event.event_id;
  part.record_id = event.record_id;
  part.fields_json = fields_json;
  std::string out;
  append_event_part(part, out);
  return out;
}

Prepared::Hit Worker::hit_on(const event::Event& event, std::size_t index) const {
  const Origin& origin = origins_[index];
  Prepared::Hit hit;
  hit.line = origin.line;
  if (origin.grouped != nullptr) hit.tickets = origin.grouped->tokens;
  const detect::DetectionTime time = time_of(event, origin.received, origin.input, tolerance_us_);
  hit.time = time.time;
  if (time.clock != detect::DetectionTime::Clock::Late) return hit;
  // The same for a line that is read again after a restart, so nothing that only the connection knows.
  const std::uint64_t source = hash64(events_.host_of(event), hash64(origin.peer, hash64(origin.input)));
  hit.late_source = source == 0 ? 1 : source;
  return hit;
}

void Worker::on_match(const detect::Match& match, Prepared& out) {
  const LiveRule& rule = matcher_of_->rules[match.rule];
  const auto index = static_cast<std::size_t>(&match.event - events_.events.data());
  Prepared::Hit hit = hit_on(match.event, index);
  hit.rule = match.rule;
  if (rule.alerts) {
    fields_.clear();
    detect::append_match_fields(match, schema_.names, fields_);
    hit.part = event_part(match.event, fields_, origins_[index]);
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
  for (std::size_t index = 0; index < events_.events.size(); ++index) {
    const event::Event& event = events_.events[index];
    if (!may_be_alert(*event.shape)) continue;
    const event::Value* sid = events_.find(event, alert_sid_);
    if (sid == nullptr) continue;
    const event::Value* signature = events_.find(event, alert_signature_);
    const event::Value* severity = events_.find(event, alert_severity_);
    Prepared::Hit hit = hit_on(event, index);
    hit.device = std::make_unique<DeviceAlert>(suricata_alert(
        event::to_text(*sid), signature == nullptr ? std::string("IDS alert") : event::to_text(*signature),
        severity == nullptr ? 3 : event::to_int(*severity).value_or(3)));
    hit.part = event_part(event, "{}", origins_[index]);
    out.hits.push_back(std::move(hit));
  }
}

}  // namespace yorozu::ingest
