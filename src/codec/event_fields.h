/// One event while a decoder collects its fields; for formats whose events do not come ready-shaped.
#pragma once

#include <string_view>
#include <vector>

#include "codec/shape_memo.h"
#include "codec/written_time.h"
#include "event/event.h"

namespace yorozu::codec {

struct EventFields {
  WrittenTime time;  ///< a reading of a clock is taken as UTC unless whoever adds the event knows better
  event::LogsourceId logsource = 0;
  event::NameId channel = event::name::kNone;
  std::uint32_t event_id = event::kNoEventId;
  std::uint64_t record_id = event::kNoRecordId;
  std::uint16_t host = event::kNoIndex;
  event::SourceClass source_class = event::SourceClass::Other;
  std::vector<event::NameId> names;
  std::vector<event::Value> values;

  void clear() {
    time = {};
    logsource = 0;
    channel = event::name::kNone;
    event_id = event::kNoEventId;
    record_id = event::kNoRecordId;
    host = event::kNoIndex;
    source_class = event::SourceClass::Other;
    names.clear();
    values.clear();
  }
  void add(event::NameId name, std::string_view text) { add(name, event::utf8_value(text)); }
  void add(event::NameId name, const event::Value& value) {
    names.push_back(name);
    values.push_back(value);
  }
  void add_host(event::NameId name, std::string_view text) {
    if (names.size() < event::kNoIndex) host = static_cast<std::uint16_t>(names.size());
    add(name, text);
  }
};

struct EventPlace {
  std::string_view raw;
  std::uint64_t position = 0;
  std::uint64_t line = 0;
};

/// Puts what was collected into `batch`.
inline void append_event(const EventFields& fields, const EventPlace& place, ShapeMemo& shapes, event::Schema& schema,
                         event::EventBatch& batch) {
  event::Event event;
  event.shape = shapes.find(fields.names, schema, batch);
  event.first_value = static_cast<std::uint32_t>(batch.values.size());
  event.event_id = fields.event_id;
  event.time = fields.time.time;
  event.logsource = fields.logsource;
  event.channel = fields.channel;
  event.record_id = fields.record_id;
  event.position = place.position;
  event.line = place.line;
  event.host = fields.host;
  event.source_class = fields.source_class;
  event.raw = place.raw;
  batch.values.insert(batch.values.end(), fields.values.begin(), fields.values.end());
  batch.events.push_back(event);
}

}  // namespace yorozu::codec
