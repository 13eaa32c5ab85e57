/// One line of the timeline: a rule that matched an event, or a correlation that came true. Made once, while the event
/// is at hand, as compact bytes; sorted as such; read again only for output.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "event/event.h"

namespace yorozu::hunt {

/// Views point into the bytes it was unpacked from.
struct Row {
  std::uint32_t rule = 0;   ///< index into the RuleTable
  Timestamp time;           ///< of the event; of a correlation: of the last event it rests on
  std::uint32_t file = 0;   ///< index into Input's files
  std::uint64_t order = 0;  ///< position in the file: sorts rows of equal time
  std::uint32_t event_id = event::kNoEventId;
  std::uint64_t record_id = event::kNoRecordId;
  std::uint64_t line = 0;          ///< 0: not a format of lines
  std::string_view host;           ///< "": not known
  std::string_view channel;        ///< "": not a Windows event
  std::string_view fields = "{}";  ///< JSON object: fields that matched; of a correlation: what it is grouped by

  std::uint64_t count = 1;  ///< more than 1: rows put together by --group, `time` is of the first
  Timestamp last;           ///< of the last one put together

  // Of correlations only.
  Timestamp first;   ///< of the first event
  double value = 0;  ///< what was counted or computed
  std::uint64_t events_total = 0;
  std::string_view events;  ///< JSON array [{"file":...,"record_id":...,"line":...}]
  std::string_view hosts;   ///< JSON array when events come from several hosts, else ""
};

void pack(const Row& row, std::string& out);
/// False when the bytes are not a row.
bool unpack(std::string_view bytes, Row& row);

/// Calls `each` with every field of the JSON object as plain text: (name, value); values of an array one by one.
void for_each_field(std::string_view fields_json,
                    const std::function<void(std::string_view name, std::string_view value)>& each);
/// "CommandLine: vssadmin ... ¦ Image: C:\..." for people.
std::string fields_in_line(std::string_view fields_json);

}  // namespace yorozu::hunt
