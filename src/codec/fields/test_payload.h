/// For tests: one line in, readable fields out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codec/fields/payload.h"

namespace yorozu::codec::fields::testing {

struct Line {
  PayloadFormat format = PayloadFormat::None;
  std::multimap<std::string, std::string> fields;
  std::vector<std::string> names;  ///< in order
  std::string time, host, logsource, source_class;

  std::string operator[](const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "(none)" : found->second;
  }
};

inline Line describe(const EventFields& record, event::NameTable& names, PayloadFormat format) {
  Line line;
  line.format = format;
  for (std::size_t i = 0; i < record.names.size(); ++i) {
    const std::string name(names.text(record.names[i]));
    line.names.push_back(name);
    line.fields.emplace(name, record.values[i].is_null() ? "(null)" : event::to_text(record.values[i]));
  }
  if (record.time.known()) line.time = format_rfc3339(record.time.time);
  if (record.host != event::kNoIndex) line.host = event::to_text(record.values[record.host]);
  const event::Logsource& source = event::LogsourceMap::builtin().logsource(record.logsource);
  line.logsource = source.product + "/" + source.category + "/" + source.service;
  line.source_class = event::to_string(record.source_class);
  return line;
}

inline Line read_line(std::string_view text, std::string_view reference = "2026-11-25T00:00:00Z") {
  event::NameTable names;
  PayloadReader reader(names, event::LogsourceMap::builtin());
  Arena arena;
  EventFields record;
  const PayloadFormat format = reader.read(text, *parse_time(reference), arena, record);
  return describe(record, names, format);
}

}  // namespace yorozu::codec::fields::testing
