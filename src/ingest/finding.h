/// Findings as lines of the archive: input `yorozu.detect`, raw = one JSON object (docs/formats/finding.md). The id is
/// made of the rule, its text and the sequence numbers it rests on, so that a replay makes the same finding again and
/// recognises it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "detect/correlation.h"
#include "ingest/live_rules.h"

namespace yorozu::ingest {

inline constexpr std::string_view kFindingInput = "yorozu.detect";

/// 32 hex digits.
std::string finding_id(std::string_view rule_id, std::string_view text_hash, std::span<const std::uint64_t> seqs);

/// What one event adds to a finding: `"time":...,"host":...,"fields":{...}`, members without braces.
struct EventPart {
  Timestamp time;                      ///< the event's own; unknown: null
  bool correlated_by_arrival = false;  ///< its own time is too far off (detect/detection_time.h)
  std::string_view input, host, channel;
  std::uint32_t event_id;
  std::uint64_t record_id;
  std::string_view fields_json;
};
void append_event_part(const EventPart& part, std::string& out);

/// A rule matched one event, which rests on `seqs` (ascending, the last one is the event's own).
std::string rule_finding(const LiveRule& rule, std::span<const std::uint64_t> seqs, std::string_view event_part);
/// Id and text.
std::pair<std::string, std::string> correlation_finding(const LiveRule& rule,
                                                        const detect::CorrelationFinding& finding);

/// An alert that a device raised by itself (Suricata, Snort).
struct DeviceAlert {
  std::string id;  ///< "suricata:2210054"
  std::string head;
};
DeviceAlert suricata_alert(std::string_view sid, std::string_view signature, std::int64_t severity);
std::string device_finding(const DeviceAlert& alert, std::span<const std::uint64_t> seqs, std::string_view event_part);

/// A rule had more findings in a minute than are kept one by one.
std::string suppressed_finding(const LiveRule& rule, std::uint64_t count, std::uint64_t first_seq,
                               std::uint64_t last_seq, Timestamp from, Timestamp to);

}  // namespace yorozu::ingest
