#include "ingest/web/hec_body.h"

#include "base/text.h"
#include "ingest/web/json_cursor.h"
#include "proof/line.h"

namespace yorozu::ingest::web {
namespace {

/// One object at the cursor. Success, or what is wrong with it.
HecCode parse_event(JsonCursor& json, HecEvent& event) {
  bool has_event = false, is_blank = false;
  HecMeta& meta = event.meta;
  const bool whole = json.object([&](const std::string& key) {
    const auto value = json.value();
    if (!value) return false;
    if (key == "event") {
      has_event = true;
      is_blank = *value == "\"\"" || *value == "null";
    } else if (key == "fields") {
      meta.fields = *value;
    } else if (std::string* const text = key == "host"         ? &meta.host
                                         : key == "source"     ? &meta.source
                                         : key == "sourcetype" ? &meta.sourcetype
                                         : key == "index"      ? &meta.index
                                         : key == "time"       ? &meta.time
                                                               : nullptr) {
      *text = text_of_json(*value);
    }
    return true;
  });
  if (!whole) return HecCode::InvalidData;
  if (!has_event) return HecCode::EventMissing;
  return is_blank ? HecCode::EventBlank : HecCode::Success;
}

}  // namespace

HecParsed parse_hec_events(std::string_view body, const HecMeta& defaults) {
  HecParsed parsed;
  JsonCursor json(body);
  while (!json.at_end()) {
    HecEvent event;
    event.meta = defaults;
    const std::size_t start = json.position();
    parsed.code = parse_event(json, event);
    if (parsed.code != HecCode::Success) {
      parsed.bad_event = parsed.events.size();
      parsed.events.clear();
      return parsed;
    }
    event.object = body.substr(start, json.position() - start);
    parsed.events.push_back(std::move(event));
  }
  if (parsed.events.empty()) parsed.code = HecCode::NoData;
  return parsed;
}

std::string hec_via(std::string_view token, const HecMeta& meta) {
  std::vector<std::pair<std::string_view, std::string>> texts;
  const auto add = [&](std::string_view key, std::string_view text) {
    if (!text.empty()) texts.emplace_back(key, repair_utf8(text));
  };
  add("token", token);
  add("host", meta.host);
  add("source", meta.source);
  add("sourcetype", meta.sourcetype);
  add("index", meta.index);
  add("time", meta.time);
  add("fields", meta.fields);
  const std::vector<std::pair<std::string_view, std::string_view>> pairs(texts.begin(), texts.end());
  std::string via;
  proof::append_via(pairs, via);
  return via;
}

}  // namespace yorozu::ingest::web
