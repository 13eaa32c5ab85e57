/// The body of a Splunk HTTP Event Collector request: JSON objects one behind the other, with or without blanks between
/// them. The envelope is understood, the event is left alone. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace yorozu::ingest::web {

/// What Splunk calls metadata: texts as they were written, "" when absent.
struct HecMeta {
  std::string host, source, sourcetype, index, time, fields;
};

struct HecEvent {
  std::string_view object;  ///< all of it, envelope included: into the body
  HecMeta meta;
};

/// Splunk's numbers for what goes wrong; the words and statuses belong to them.
enum class HecCode {
  Success = 0,
  TokenDisabled = 1,
  TokenRequired = 2,
  InvalidAuthorization = 3,
  InvalidToken = 4,
  NoData = 5,
  InvalidData = 6,
  InternalError = 8,
  ServerBusy = 9,
  ChannelMissing = 10,
  EventMissing = 12,
  EventBlank = 13,
  QueryAuthorization = 16,
  Healthy = 17,
  Unhealthy = 18,
};

struct HecParsed {
  HecCode code = HecCode::Success;
  std::size_t bad_event = 0;  ///< from 0; when code is not Success
  std::vector<HecEvent> events;
};

/// `defaults`: from the query. All or nothing: one bad event refuses the whole body.
HecParsed parse_hec_events(std::string_view body, const HecMeta& defaults);

/// via of an event, without what is absent.
std::string hec_via(std::string_view token, const HecMeta& meta);

}  // namespace yorozu::ingest::web
