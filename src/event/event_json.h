/// An event as flat JSON: {"EventID":4688,"CommandLine":"...","Data":["a","b"]}; what `dump --format fields`, `grep
/// --format jsonl` and findings print. Names are the event's own; a name that occurs twice is an array in document
/// order.
#pragma once

#include <span>
#include <string>

#include "base/json_writer.h"
#include "event/event.h"

namespace yorozu::event {

/// One JSON object. Numbers of JSON and EVTX integers are numbers (those beyond 2^53 are strings), booleans are
/// booleans, null values are left out, all else is text. `only`: positions to print, in order; empty: all.
void append_fields(const Event& event, const EventBatch& batch, const NameTable& names, std::string& out,
                   std::span<const std::uint16_t> only = {});

/// One value as JSON.
void append_value(const Value& value, JsonWriter& json);

}  // namespace yorozu::event
