/// For tests: events made of names and texts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/event.h"
#include "query/field_reader.h"

namespace yorozu::query {

class TestEvents {
 public:
  using FieldList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Number of the event; its seq is one more. `time`: RFC 3339.
  std::size_t add(FieldList fields, std::string_view time = "2026-11-24T10:00:00Z", std::string_view raw = {}) {
    std::vector<event::NameId> names;
    event::Event e;
    e.first_value = static_cast<std::uint32_t>(batch_.values.size());
    for (const auto& [name, text] : fields) {
      names.push_back(schema_.names.intern(name));
      batch_.values.push_back(event::utf8_value(batch_.arena.copy(text)));
    }
    e.shape = event::shape_for(names, schema_, batch_);
    e.time = parse_time(time).value_or(Timestamp::none());
    e.raw = batch_.arena.copy(raw);
    e.line = raw.empty() ? 0 : 7;
    batch_.events.push_back(e);
    EventContext context;
    context.seq = batch_.events.size();
    context.received = *parse_time("2026-11-24T10:00:01Z");
    context.input = "syslog.udp";
    context.peer = "192.0.2.1";
    context.source_class = event::SourceClass::Firewall;
    contexts_.push_back(context);
    return batch_.events.size() - 1;
  }

  EventView view(std::size_t i) const { return {batch_.events[i], batch_, contexts_[i]}; }
  std::size_t size() const { return batch_.events.size(); }
  const event::Schema& schema() const { return schema_; }
  event::Event& event(std::size_t i) { return batch_.events[i]; }
  EventContext& context(std::size_t i) { return contexts_[i]; }

 private:
  event::Schema schema_;
  event::EventBatch batch_;
  std::vector<EventContext> contexts_;
};

}  // namespace yorozu::query
