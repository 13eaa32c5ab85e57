#include "ingest/finding.h"

#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/json_writer.h"
#include "event/event.h"
#include "sigma/rule.h"

namespace yorozu::ingest {
namespace {

constexpr std::size_t kIdBytes = 16;

void append_time(std::string_view key, Timestamp time, std::string& out) {
  out += '"';
  out += key;
  out += time.known() ? "\":\"" + format_rfc3339(time) + "\"" : "\":null";
}

void append_text_or_null(std::string_view key, std::string_view text, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  if (text.empty())
    out += "null";
  else
    JsonWriter(out).value(text);
}

void append_number_or_null(std::string_view key, std::uint64_t number, bool known, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  out += known ? std::to_string(number) : "null";
}

void append_seqs(std::span<const std::uint64_t> seqs, std::string& out) {
  out += "\"events\":[";
  for (std::size_t i = 0; i < seqs.size(); ++i) {
    if (i > 0) out += ',';
    out += std::to_string(seqs[i]);
  }
  out += ']';
}

std::string begin(std::string_view id, std::string_view kind, std::string_view head) {
  std::string out = "{\"id\":\"";
  out += id;
  out += "\",\"kind\":\"";
  out += kind;
  out += "\",";
  out += head;
  out += ',';
  return out;
}

}  // namespace

std::string finding_id(std::string_view rule_id, std::string_view text_hash, std::span<const std::uint64_t> seqs) {
  Sha256Stream hash;
  hash.update(as_bytes(rule_id));
  hash.update(as_bytes(std::string_view("\n", 1)));
  hash.update(as_bytes(text_hash));
  for (const std::uint64_t seq : seqs) hash.update(as_bytes("\n" + std::to_string(seq)));
  const Sha256 digest = hash.finish();
  return to_hex(ByteView(digest).first(kIdBytes));
}

void append_event_part(const EventPart& part, std::string& out) {
  append_time("time", part.time, out);
  if (part.correlated_by_arrival) out += ",\"time_used\":\"received\"";
  append_text_or_null("input", part.input, out);
  append_text_or_null("host", part.host, out);
  append_text_or_null("channel", part.channel, out);
  append_number_or_null("event_id", part.event_id, part.event_id != event::kNoEventId, out);
  append_number_or_null("record_id", part.record_id, part.record_id != event::kNoRecordId, out);
  out += ",\"fields\":";
  out += part.fields_json;
}

std::string rule_finding(const LiveRule& rule, std::span<const std::uint64_t> seqs, std::string_view event_part) {
  std::string out = begin(finding_id(rule.id, rule.text_hash, seqs), "rule", rule.head);
  append_seqs(seqs, out);
  out += ',';
  out += event_part;
  out += '}';
  return out;
}

std::pair<std::string, std::string> correlation_finding(const LiveRule& rule,
                                                        const detect::CorrelationFinding& finding) {
  std::vector<std::uint64_t> seqs;
  seqs.reserve(finding.events.size());
  for (const detect::EventReference& reference : finding.events) seqs.push_back(reference.record);
  std::string id = finding_id(rule.id, rule.text_hash, seqs);
  std::string out = begin(id, "correlation", rule.head);
  append_seqs(seqs, out);
  out += ",\"events_total\":" + std::to_string(finding.events_total) + ",\"value\":";
  JsonWriter(out).value(finding.value);
  out += ',';
  append_time("first", finding.first, out);
  out += ',';
  append_time("time", finding.time, out);
  out += ",\"fields\":";
  JsonWriter json(out);
  json.begin_object();
  for (const auto& [name, value] : finding.group) json.key(name).value(value);
  json.end_object();
  out += '}';
  return {std::move(id), std::move(out)};
}

DeviceAlert suricata_alert(std::string_view sid, std::string_view signature, std::int64_t severity) {
  const sigma::Level level = severity <= 1   ? sigma::Level::High
                             : severity == 2 ? sigma::Level::Medium
                                             : sigma::Level::Low;
  DeviceAlert out;
  out.id = "suricata:" + std::string(sid);
  out.head = "\"level\":\"" + std::string(sigma::to_string(level)) + "\",\"rule_id\":";
  JsonWriter(out.head).value(out.id);
  out.head += ",\"rule_title\":";
  JsonWriter(out.head).value(signature);
  out.head += ",\"tactics\":[],\"techniques\":[]";
  return out;
}

std::string device_finding(const DeviceAlert& alert, std::span<const std::uint64_t> seqs, std::string_view event_part) {
  std::string out = begin(finding_id(alert.id, "", seqs), "device", alert.head);
  append_seqs(seqs, out);
  out += ',';
  out += event_part;
  out += '}';
  return out;
}

std::string suppressed_finding(const LiveRule& rule, std::uint64_t count, std::uint64_t first_seq,
                               std::uint64_t last_seq, Timestamp from, Timestamp to) {
  const std::uint64_t seqs[] = {first_seq, last_seq};
  std::string out = begin(finding_id(rule.id, rule.text_hash + ":suppressed", seqs), "suppressed", rule.head);
  append_seqs(seqs, out);
  out += ",\"events_total\":" + std::to_string(count) + ',';
  append_time("first", from, out);
  out += ',';
  append_time("time", to, out);
  out += ",\"fields\":{}}";
  return out;
}

}  // namespace yorozu::ingest
