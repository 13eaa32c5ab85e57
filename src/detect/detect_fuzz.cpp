// Made-up rules on made-up events: the compiled engine must say what the naive evaluator says. The input's bytes choose
// from small vocabularies, so that rules meet events that they are about.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "detect/engine.h"
#include "event/logsource.h"
#include "sigma/load.h"
#include "sigma/naive.h"

namespace {

using namespace yorozu;

class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), end_(data + size) {}
  unsigned below(unsigned n) { return data_ == end_ ? 0 : *data_++ % n; }
  bool done() const { return data_ == end_; }
  template <std::size_t N>
  const char* of(const char* const (&list)[N]) {
    return list[below(N)];
  }

 private:
  const std::uint8_t *data_, *end_;
};

constexpr const char* kFields[] = {"Image",      "CommandLine", "NewProcessName", "EventID",       "Channel",
                                   "ThreatName", "Threat Name", "EventType",      "Data",          "TargetObject",
                                   "Initiated",  "Direction",   "ObjectName",     "Provider_Name", "Hashes"};
// As YAML writes them: in double quotes.
constexpr const char* kValues[] = {"a",
                                   "ab",
                                   "abc",
                                   "b",
                                   "x*c",
                                   "*b*",
                                   "a?c",
                                   "?",
                                   "*",
                                   "",
                                   "4688",
                                   "12",
                                   "0x1f",
                                   "true",
                                   "CreateKey",
                                   "\\u0001a",
                                   "a\\u0002",
                                   "\\u00e9",
                                   "\\u00c9t",
                                   "\\u212a",
                                   "stra\\u00dfe",
                                   "10.1.2.3",
                                   "10.0.0.0/8",
                                   "::1",
                                   "fe80::/10",
                                   "2026-11-24",
                                   "cmd.exe",
                                   "\\\\cmd.exe",
                                   "C:\\\\Windows\\\\cmd.exe",
                                   "-enc abc",
                                   "/enc",
                                   "Security",
                                   "%x%",
                                   "abcab"};
constexpr const char* kEventTexts[] = {"a",
                                       "AB",
                                       "abc",
                                       "aXc",
                                       "xbc",
                                       "",
                                       "4688",
                                       "12",
                                       "0x1f",
                                       "True",
                                       "createkey",
                                       "\x01"
                                       "a",
                                       "a\x02",
                                       "a\x02\x01"
                                       "b",
                                       "\xc3\xa9",
                                       "\xc3\x89t",
                                       "\xe2\x84\xaa",
                                       "STRASSE",
                                       "10.1.2.3",
                                       "::ffff:10.1.2.3",
                                       "fe80::1",
                                       "2026-11-24T01:02:03Z",
                                       "C:\\Windows\\CMD.exe",
                                       "cmd.exe -ENC abc",
                                       "/enc",
                                       "Security",
                                       "%x%",
                                       "abcabcabc",
                                       "-",
                                       "\xff\xfe",
                                       "1",
                                       "7.5",
                                       "outbound"};
constexpr const char* kTextModifiers[] = {"",
                                          "|contains",
                                          "|startswith",
                                          "|endswith",
                                          "|cased",
                                          "|contains|cased",
                                          "|contains|all",
                                          "|neq",
                                          "|windash|contains",
                                          "|base64offset|contains",
                                          "|wide|base64offset|contains",
                                          "|endswith|cased",
                                          "|startswith|neq",
                                          "|base64",
                                          "|all"};
constexpr const char* kLogsources[] = {
    "product: windows",
    "product: windows\n  category: process_creation",
    "product: windows\n  service: security",
    "product: windows\n  category: registry_add",
    "product: windows\n  category: registry_event",
    "product: windows\n  category: network_connection",
    "product: windows\n  service: sysmon",
    "category: process_creation",
    "product: linux",
    "product: windows\n  service: windefend",
};
constexpr const char* kConditions[] = {
    "one",       "one and two", "one or two",        "one and not two",     "not one",
    "1 of them", "all of them", "not (one and two)", "one and not 1 of t*", "not one or two"};

std::string quoted(const char* value) {
  return std::string("\"") + value + "\"";
}

void add_item(Choices& choices, std::string& yaml, std::set<std::string>& used) {
  static constexpr const char* kSpecial[] = {": null",
                                             "|exists: true",
                                             "|exists: false",
                                             "|gt: 11",
                                             "|lte: 4688",
                                             "|lt: 100",
                                             "|cidr: 10.0.0.0/8",
                                             "|cidr: fe80::/10",
                                             "|re: 'ab+c'",
                                             "|re|i: 'CMD\\.exe|abc'",
                                             "|re: '^(a|b)[^c]'",
                                             "|fieldref: Image",
                                             "|fieldref|contains: Data",
                                             "|fieldref|endswith: ThreatName",
                                             "|hour: 1",
                                             "|day|gte: 24",
                                             "|week: 48",
                                             ": 4688",
                                             ": 12",
                                             ": true",
                                             ": [1, 12, abc]",
                                             ": [5, 12, 31, 4688, 99]",
                                             "|neq: [1, 5, 12, 4688, 99]",
                                             "|minute: 2",
                                             "|re: '(?:abc){2,}'"};
  const std::string field = choices.of(kFields);
  const unsigned kind = choices.below(8);
  std::string key, rest;
  if (kind < 2) {
    const std::string special = choices.of(kSpecial);
    const std::size_t colon = special.find(": ");
    key = field + special.substr(0, colon);
    rest = special.substr(colon);
  } else {
    key = field + choices.of(kTextModifiers);
    const unsigned count = kind == 7 ? 10 : 1 + choices.below(3);
    rest = ":";
    for (unsigned i = 0; i < count; ++i) rest += "\n      - " + quoted(choices.of(kValues));
  }
  if (!used.insert(key).second) return;
  yaml += "    " + key + rest + "\n";
}

void add_selection(Choices& choices, const char* name, std::string& yaml) {
  yaml += std::string("  ") + name + ":\n";
  if (choices.below(8) == 7) {
    for (unsigned i = 0; i <= choices.below(7); ++i) yaml += "    - " + quoted(choices.of(kValues)) + "\n";
    return;
  }
  std::set<std::string> used;
  for (unsigned i = 0; i <= choices.below(3); ++i) add_item(choices, yaml, used);
}

std::string make_rule(Choices& choices, unsigned number) {
  std::string yaml = "title: made up " + std::to_string(number) + "\nid: 00000000-0000-4000-8000-00000000000" +
                     std::to_string(number) + "\nlogsource:\n  " + choices.of(kLogsources) + "\ndetection:\n";
  add_selection(choices, "one", yaml);
  add_selection(choices, "two", yaml);
  yaml += std::string("  condition: ") + choices.of(kConditions) + "\n";
  return yaml;
}

event::Value text_value(std::string_view text, event::ValueType type, event::EventBatch& batch) {
  const std::string_view kept = batch.arena.copy(text);
  event::Value out = event::utf8_value(kept);
  out.type = type;
  return out;
}

event::Value make_value(Choices& choices, event::EventBatch& batch) {
  const std::string_view text = choices.of(kEventTexts);
  switch (choices.below(10)) {
    case 0:
      return {};
    case 1: {
      const std::uint16_t number = static_cast<std::uint16_t>(choices.below(2) == 0 ? 4688 : 12);
      return text_value({reinterpret_cast<const char*>(&number), 2}, event::ValueType::UInt16, batch);
    }
    case 2: {
      const std::uint64_t number = 0x1f;
      return text_value({reinterpret_cast<const char*>(&number), 8}, event::ValueType::Hex64, batch);
    }
    case 3: {  // an array of texts
      std::string list = utf16le_from_utf8(text);
      list.append(2, '\0');
      list += utf16le_from_utf8(choices.of(kEventTexts));
      event::Value out = text_value(list, event::ValueType::Utf16, batch);
      out.is_array = true;
      return out;
    }
    case 4:
      return text_value("\\u0061b\\\\c", event::ValueType::JsonEscaped, batch);
    case 5:
      return text_value(choices.below(2) == 0 ? "12" : "12.0", event::ValueType::JsonNumber, batch);
    case 6:
      return text_value(utf16le_from_utf8(text), event::ValueType::Utf16, batch);
    default:
      return text_value(text, event::ValueType::Utf8, batch);
  }
}

/// Gives the event the bytes of a record in which its UTF-16 texts stand, at odd places too, as EVTX has them.
void put_into_record(std::vector<event::Value>& values, event::Event& event, event::EventBatch& batch) {
  std::string record = "record";
  for (const event::Value& value : values)
    if (value.type == event::ValueType::Utf16) record.append(as_text(value.bytes())).append(3, '\x07');
  event.raw = batch.arena.copy(record);
  std::size_t at = 6;
  for (event::Value& value : values) {
    if (value.type != event::ValueType::Utf16) continue;
    value.data = as_bytes(event.raw).data() + at;
    at += value.size + 3;
  }
}

void make_event(Choices& choices, event::Schema& schema, event::EventBatch& batch) {
  static constexpr const char* kChannels[] = {"Security",  "Microsoft-Windows-Sysmon/Operational",           "sEcurity",
                                              "Elsewhere", "Microsoft-Windows-Windows Defender/Operational", ""};
  static constexpr std::uint32_t kIds[] = {4688, 1, 12, 5156, 3, 77, 4657, event::kNoEventId};
  event::Event event;
  std::vector<event::NameId> names;
  std::vector<event::Value> values;
  const std::string channel = choices.of(kChannels);
  event.channel = schema.names.intern(channel);
  event.event_id = kIds[choices.below(8)];
  event.logsource = event::LogsourceMap::builtin().id_of("windows", "", "").value_or(0);
  if (channel.empty() && choices.below(2) == 1)
    event.logsource = event::LogsourceMap::builtin().id_of("linux", "", "").value_or(0);
  if (event.event_id != event::kNoEventId && choices.below(6) != 5) {
    names.push_back(event::name::kEventID);
    const auto number = static_cast<std::uint16_t>(event.event_id);
    if (choices.below(3) == 0)
      values.push_back(text_value(std::to_string(event.event_id), event::ValueType::Utf8, batch));
    else
      values.push_back(text_value({reinterpret_cast<const char*>(&number), 2}, event::ValueType::UInt16, batch));
  }
  if (!channel.empty()) {
    names.push_back(event::name::kChannel);
    values.push_back(text_value(channel, event::ValueType::Utf8, batch));
  }
  const unsigned count = choices.below(8);
  for (unsigned i = 0; i < count; ++i) {
    names.push_back(schema.names.intern(choices.of(kFields)));
    values.push_back(make_value(choices, batch));
  }
  if (count % 2 == 1) put_into_record(values, event, batch);
  event.shape = event::shape_for(names, schema, batch);
  event.first_value = static_cast<std::uint32_t>(batch.values.size());
  batch.values.insert(batch.values.end(), values.begin(), values.end());
  batch.events.push_back(event);
}

[[noreturn]] void disagree(const std::string& yaml, const event::Event& event, const event::EventBatch& batch,
                           const event::Schema& schema, bool naive) {
  std::fprintf(stderr, "naive says %d, the engine does not\n%s\nchannel %s, event id %u\n", naive, yaml.c_str(),
               std::string(schema.names.text(event.channel)).c_str(), event.event_id);
  const auto values = batch.values_of(event);
  for (std::size_t i = 0; i < values.size(); ++i)
    std::fprintf(stderr, "  %s (type %d, array %d): %s\n",
                 std::string(schema.names.text(event.shape->names[i])).c_str(), static_cast<int>(values[i].type),
                 values[i].is_array, event::to_text(values[i]).c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, std::min<std::size_t>(size, 600));
  std::vector<sigma::RuleText> texts;
  for (unsigned i = 0; i < 3; ++i) texts.push_back({"made-up.yml", make_rule(choices, i)});
  event::Schema schema;
  const auto& map = event::LogsourceMap::builtin();
  const auto compiled = detect::compile(sigma::load(texts), schema, map);
  if (!compiled) std::abort();
  event::EventBatch batch;
  do make_event(choices, schema, batch);
  while (!choices.done() && batch.events.size() < 12);
  std::set<std::pair<const event::Event*, std::uint32_t>> found;
  detect::Matcher matcher(*compiled);
  matcher.match(batch, [&](const detect::Match& match) {
    if (!found.emplace(&match.event, match.rule).second) std::abort();
    for (const std::uint16_t position : match.value_positions)
      if (position >= match.event.shape->names.size()) std::abort();
  });
  const sigma::RuleSet& rules = detect::rules_of(**compiled);
  for (const event::Event& event : batch.events)
    for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
      const bool naive = sigma::matches(rules.rules[i], event, batch, schema, map);
      if (naive != found.contains({&event, i})) {
        std::string yaml;
        for (const auto& text : texts)
          if (text.text.find(rules.rules[i].meta.id) != std::string::npos) yaml = text.text;
        disagree(yaml, event, batch, schema, naive);
      }
      if (detect::why(**compiled, i, event, batch).root.result != naive &&
          !sigma::roles_of(rules.rules[i].logsource, event, batch, schema, map).empty() &&
          rules.rules[i].empty_placeholders.empty())
        std::abort();
    }
  const detect::Matcher::Coverage* coverage[] = {&matcher.coverage()};
  for (const auto& dead : detect::cannot_fire(**compiled, coverage))
    for (const auto& [event, rule] : found)
      if (!dead.is_correlation && rule == dead.index) std::abort();  // it just did
  return 0;
}
