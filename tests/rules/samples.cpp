#include "samples.h"

#include <charconv>
#include <cstdio>

#include "base/try.h"
#include "codec/text/text_lines.h"
#include "sigma/yaml_tree.h"

namespace yorozu::starter {

namespace {

using sigma::YamlNode;

std::unexpected<Error> wrong(const YamlNode& at, std::string what) {
  return fail(ErrorCode::InvalidInput, "line " + std::to_string(at.span.line) + ": " + std::move(what));
}

template <class T>
Result<T> number(const YamlNode& node) {
  T out{};
  const char* end = node.text.data() + node.text.size();
  if (!node.is_scalar() || std::from_chars(node.text.data(), end, out).ptr != end || node.text.empty())
    return wrong(node, "a number is wanted here");
  return out;
}

Result<std::string> text(const YamlNode& node) {
  if (!node.is_scalar()) return wrong(node, "a text is wanted here");
  return node.text;
}

Result<event::Logsource> read_logsource(const YamlNode& node) {
  event::Logsource out;
  for (const sigma::YamlEntry& entry : node.entries) {
    std::string* to = entry.key.text == "product"    ? &out.product
                      : entry.key.text == "category" ? &out.category
                      : entry.key.text == "service"  ? &out.service
                                                     : nullptr;
    if (to == nullptr) return wrong(entry.key, "unknown key '" + entry.key.text + "' of a logsource");
    TRY_ASSIGN(*to, text(entry.value));
  }
  return out;
}

Result<void> read_fields(const YamlNode& node, SampleEvent& out) {
  if (!node.is_mapping()) return wrong(node, "fields are a mapping");
  for (const sigma::YamlEntry& entry : node.entries) {
    if (entry.value.is_scalar()) out.fields.emplace_back(entry.key.text, entry.value.text);
    for (const YamlNode& item : entry.value.items) out.fields.emplace_back(entry.key.text, item.text);
  }
  return {};
}

Result<SampleEvent> read_event(const YamlNode& node) {
  SampleEvent out;
  for (const sigma::YamlEntry& entry : node.entries) {
    const std::string& key = entry.key.text;
    if (key == "at") {
      TRY_ASSIGN(out.at_s, number<std::int64_t>(entry.value));
    } else if (key == "every") {
      TRY_ASSIGN(out.every_s, number<std::int64_t>(entry.value));
    } else if (key == "repeat") {
      TRY_ASSIGN(out.repeat, number<std::uint32_t>(entry.value));
    } else if (key == "channel") {
      TRY_ASSIGN(out.channel, text(entry.value));
    } else if (key == "event_id") {
      TRY_ASSIGN(out.event_id, number<std::uint32_t>(entry.value));
    } else if (key == "logsource") {
      TRY_ASSIGN(out.logsource, read_logsource(entry.value));
    } else if (key == "fields") {
      TRY(read_fields(entry.value, out));
    } else if (key == "line") {
      TRY_ASSIGN(out.line, text(entry.value));
    } else {
      return wrong(entry.key, "unknown key '" + key + "' of an event");
    }
  }
  if (out.line.empty() && out.fields.empty()) return wrong(node, "an event has `fields` or a `line`");
  return out;
}

Result<SampleCase> read_case(const YamlNode& node) {
  SampleCase out;
  bool counted = false;
  for (const sigma::YamlEntry& entry : node.entries) {
    if (entry.key.text == "name") {
      TRY_ASSIGN(out.name, text(entry.value));
    } else if (entry.key.text == "findings") {
      TRY_ASSIGN(out.findings, number<std::uint64_t>(entry.value));
      counted = true;
    } else if (entry.key.text == "events") {
      for (const YamlNode& item : entry.value.items) {
        TRY_ASSIGN(out.events.emplace_back(), read_event(item));
      }
    } else {
      return wrong(entry.key, "unknown key '" + entry.key.text + "' of a case");
    }
  }
  if (out.name.empty() || !counted || out.events.empty()) return wrong(node, "a case has name, findings and events");
  return out;
}

constexpr CivilTime kStart{.year = 2026, .month = 11, .day = 24};

std::string filled_in(std::string line, Timestamp time, std::uint32_t copy) {
  const CivilTime t = to_civil(time);
  char clf[40];
  std::snprintf(clf, sizeof clf, "%02d/Nov/%04d:%02d:%02d:%02d +0000", t.day, static_cast<int>(t.year), t.hour,
                t.minute, t.second);
  const std::pair<std::string_view, std::string> marks[] = {
      {"{time}", format_rfc3339(time)}, {"{clf}", clf}, {"{n}", std::to_string(copy)}};
  for (const auto& [mark, replacement] : marks)
    for (std::size_t at = line.find(mark); at != std::string::npos; at = line.find(mark, at + replacement.size()))
      line.replace(at, mark.size(), replacement);
  return line;
}

event::LogsourceId logsource_id(const event::Logsource& wanted, const event::LogsourceMap& map) {
  return map.id_of(wanted.product, wanted.category, wanted.service).value_or(0);
}

}  // namespace

Result<std::vector<SampleCase>> read_samples(std::string_view yaml) {
  std::vector<SampleCase> out;
  for (const sigma::YamlText& document : sigma::split_documents(yaml)) {
    const auto root = sigma::parse_document(document);
    if (!root) return fail(ErrorCode::InvalidInput, root.error().message);
    const YamlNode* cases = root->find("cases");
    if (cases == nullptr) return wrong(*root, "`cases` is missing");
    for (const YamlNode& item : cases->items) {
      TRY_ASSIGN(out.emplace_back(), read_case(item));
    }
  }
  return out;
}

void add_event(const SampleEvent& sample, std::uint32_t copy, event::Schema& schema, const event::LogsourceMap& map,
               event::EventBatch& batch, std::string& storage) {
  const Timestamp time{from_civil(kStart).us + (sample.at_s + sample.every_s * copy) * 1'000'000};
  if (!sample.line.empty()) {
    storage = filled_in(sample.line, time, copy) + "\n";
    codec::Unit unit;
    unit.bytes = as_bytes(storage);
    unit.at_end = true;
    unit.written = time;
    codec::UnitReport report;
    codec::text::make_decoder(schema, map, {})->decode(unit, batch, report);
    return;
  }
  event::Event event;
  event.time = time;
  event.first_value = static_cast<std::uint32_t>(batch.values.size());
  std::vector<event::NameId> names;
  const auto add = [&](std::string_view name, std::string_view value) {
    names.push_back(schema.names.intern(name));
    batch.values.push_back(event::utf8_value(batch.arena.copy(value)));
  };
  if (!sample.channel.empty()) {
    event.logsource = map.id_of("windows", "", "").value_or(0);
    event.channel = schema.names.intern(sample.channel);
    event.event_id = sample.event_id;
    add("Channel", sample.channel);
    add("EventID", std::to_string(sample.event_id));
  } else {
    event.logsource = logsource_id(sample.logsource, map);
  }
  for (const auto& [name, value] : sample.fields) add(name, value);
  event.shape = event::shape_for(names, schema, batch);
  batch.events.push_back(event);
}

}  // namespace yorozu::starter
