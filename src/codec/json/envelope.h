/// Splunk's envelope around an event, {"time":...,"host":...,"sourcetype":...,"event":{...}}: the event as the document
/// it would be had it come alone, so that its fields are called as rules call them.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"

namespace yorozu::codec::json {

struct OpenedEnvelope {
  std::string_view document;  ///< the event's members, `host` where it has none, and the other metadata below `hec`
  Timestamp time;             ///< of the envelope; unknown when it states none
};

/// `text`: a JSON object. Nullopt when it has no member `event` that is an object, or is broken before it ends.
std::optional<OpenedEnvelope> open_hec_envelope(std::string_view text, Arena& arena);

}  // namespace yorozu::codec::json
