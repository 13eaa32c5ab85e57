#include "hunt/record_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/escape.h"
#include "base/json_writer.h"
#include "event/event_json.h"

namespace yorozu::hunt {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Fields of <System>; everything else of a Windows event is data.
bool is_system(event::NameId name) {
  return name >= event::name::kProviderName && name <= event::name::kSecurityUserID;
}

/// {"Event":{"System":{...},"EventData":{...}}} from the fields of a Windows event that did not come as EVTX.
void append_windows_json(const event::Event& event, const event::EventBatch& batch, const event::NameTable& names,
                         Buffer& out) {
  std::vector<std::uint16_t> system, data;
  for (std::size_t i = 0; i < event.shape->names.size() && i < event::kNoIndex; ++i)
    (is_system(event.shape->names[i]) ? system : data).push_back(static_cast<std::uint16_t>(i));
  std::string json = R"({"Event":{"System":)";
  const auto append = [&](const std::vector<std::uint16_t>& positions) {
    if (positions.empty())
      json += "{}";
    else
      append_fields(event, batch, names, json, positions);
  };
  append(system);
  json += R"(,"EventData":)";
  append(data);
  json += "}}";
  out.append(json);
}

void append_data_xml(const event::Event& event, const event::EventBatch& batch, const event::NameTable& names,
                     bool system, std::string& xml) {
  const std::span<const event::Value> values = batch.values_of(event);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const event::NameId name = event.shape->names[i];
    if (values[i].is_null() || is_system(name) != system) continue;
    xml += "<Data Name='";
    append_xml(names.text(name), xml);
    xml += "'>";
    append_xml(event::to_text(values[i]), xml);
    xml += "</Data>";
  }
}

}  // namespace

void append_compact_json(std::string_view json, Buffer& out) {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out.append(c);
      if (c == '\\' && i + 1 < json.size())
        out.append(json[++i]);
      else if (c == '"')
        in_string = false;
    } else if (!is_blank(c)) {
      out.append(c);
      in_string = c == '"';
    }
  }
}

void append_one_line_xml(std::string_view xml, Buffer& out) {
  for (std::size_t i = 0; i < xml.size();) {
    if (xml[i] == '<') {  // a tag, in which line breaks are blanks
      while (i < xml.size()) {
        const char c = xml[i++];
        out.append(c == '\n' || c == '\r' ? ' ' : c);
        if (c == '>') break;
      }
      continue;
    }
    const std::size_t end = std::min(xml.find('<', i), xml.size());
    const std::string_view text = xml.substr(i, end - i);
    i = end;
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos &&
        text.find_first_of("\r\n") != std::string_view::npos)
      continue;
    for (const char c : text) {
      if (c == '\n')
        out.append("&#10;");
      else if (c == '\r')
        out.append("&#13;");
      else
        out.append(c);
    }
  }
}

void RecordText::append(RecordFormat format, const InputFile& file, const codec::Unit& unit, const event::Event& event,
                        const event::EventBatch& batch, Buffer& out) {
  switch (format) {
    case RecordFormat::Json:
      return append_json(file, unit, event, batch, out);
    case RecordFormat::Xml:
      return append_xml(file, unit, event, batch, out);
    case RecordFormat::Raw:
      if (file.format == codec::Format::Evtx) return append_xml(file, unit, event, batch, out);
      if (file.format == codec::Format::Json) return append_compact_json(event.raw, out);
      if (file.format == codec::Format::Xml) return append_one_line_xml(event.raw, out);
      return out.append(event.raw);
    case RecordFormat::Fields:
      break;
  }
  std::string json;
  append_fields(event, batch, schema_.names, json);
  out.append(json);
}

bool RecordText::append_unit(RecordFormat format, const InputFile& file, const codec::Unit& unit, Buffer& out,
                             codec::UnitReport& report) {
  if (file.format != codec::Format::Evtx || format == RecordFormat::Fields) return false;
  if (format == RecordFormat::Json)
    evtx_.append_json_lines(unit, out, report);
  else
    evtx_.append_xml_lines(unit, out, report);
  return true;
}

void RecordText::append_json(const InputFile& file, const codec::Unit& unit, const event::Event& event,
                             const event::EventBatch& batch, Buffer& out) {
  if (file.format == codec::Format::Evtx && renderer(unit).append_json(event, out)) return;
  if (file.format == codec::Format::Json) return append_compact_json(event.raw, out);
  if (event.channel != event::name::kNone) return append_windows_json(event, batch, schema_.names, out);
  std::string json = R"({"line":)" + std::to_string(event.line) + ",";
  std::string fields;
  append_fields(event, batch, schema_.names, fields);
  json += fields == "{}" ? "\"Message\":\"\"}" : fields.substr(1);
  out.append(json);
}

void RecordText::append_xml(const InputFile& file, const codec::Unit& unit, const event::Event& event,
                            const event::EventBatch& batch, Buffer& out) {
  if (file.format == codec::Format::Evtx && renderer(unit).append_xml(event, out)) return;
  if (file.format == codec::Format::Xml) return append_one_line_xml(event.raw, out);
  std::string xml = "<Event><System>";
  append_data_xml(event, batch, schema_.names, true, xml);
  xml += "</System><EventData>";
  append_data_xml(event, batch, schema_.names, false, xml);
  xml += "</EventData></Event>";
  append_one_line_xml(xml, out);
}

}  // namespace yorozu::hunt
