/// For tests of decoders: bytes in, readable events out, cut by the splitter of the format in windows of any size.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codec/decoder.h"
#include "codec/lines.h"

namespace yorozu::codec::testing {

struct ReadEvent {
  std::multimap<std::string, std::string> fields;
  std::vector<std::string> names;  ///< in order
  std::string time, channel, host, raw;
  std::uint32_t event_id = 0;
  std::uint64_t record_id = 0, line = 0, position = 0;
  event::LogsourceId logsource = 0;

  std::string operator[](const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "(none)" : found->second;
  }
};

/// "product/category/service"
inline std::string source_of(const ReadEvent& event) {
  const event::Logsource& source = event::LogsourceMap::builtin().logsource(event.logsource);
  return source.product + "/" + source.category + "/" + source.service;
}

struct Reading {
  std::vector<ReadEvent> events;
  std::vector<Damage> damages;
  std::uint64_t records = 0;
};

inline ReadEvent read_event(const event::EventBatch& batch, const event::Event& event, const event::Schema& schema) {
  ReadEvent out;
  const auto values = batch.values_of(event);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name(schema.names.text(event.shape->names[i]));
    out.names.push_back(name);
    out.fields.emplace(name, values[i].is_null() ? "(null)" : event::to_text(values[i]));
  }
  out.time = event.time.known() ? format_rfc3339(event.time) : "";
  out.channel = schema.names.text(event.channel);
  out.host = batch.host_of(event);
  out.raw = event.raw;
  out.event_id = event.event_id;
  out.record_id = event.record_id;
  out.line = event.line;
  out.position = event.position;
  out.logsource = event.logsource;
  return out;
}

struct Source {
  std::string_view bytes;
  Charset charset = Charset::Utf8;
  std::string_view header = {};
  Timestamp written = {};
  std::size_t window = std::size_t{1} << 20;
};

inline Reading read_all(Splitter& splitter, UnitDecoder& decoder, const event::Schema& schema, const Source& source) {
  Reading out;
  const ByteView all = as_bytes(source.bytes);
  std::size_t at = 0, window = source.window;
  std::uint64_t line = 1;
  while (at < all.size()) {
    const std::size_t have = std::min(window, all.size() - at);
    const bool at_end = at + have == all.size();
    std::size_t cut = splitter.cut(all.subspan(at, have), at_end);
    if (cut == 0 && !at_end) {
      window *= 2;
      continue;
    }
    if (cut == 0) cut = have;
    window = source.window;
    // Exactly sized memory: reading past the unit is seen by ASan.
    const std::vector<std::uint8_t> bytes(all.begin() + static_cast<std::ptrdiff_t>(at),
                                          all.begin() + static_cast<std::ptrdiff_t>(at + cut));
    const Unit unit{.bytes = bytes,
                    .offset = at,
                    .first_line = line,
                    .at_end = at + cut == all.size(),
                    .charset = source.charset,
                    .header = splitter.header().empty() ? source.header : splitter.header(),
                    .written = source.written};
    event::EventBatch batch;
    UnitReport report;
    decoder.decode(unit, batch, report);
    for (const event::Event& event : batch.events) out.events.push_back(read_event(batch, event, schema));
    out.damages.insert(out.damages.end(), report.damages.begin(), report.damages.end());
    out.records += report.records;
    line += count_line_feeds(unit.bytes, source.charset);
    at += cut;
  }
  return out;
}

}  // namespace yorozu::codec::testing
