#include "codec/text/line_reader.h"

#include <algorithm>
#include <utility>

#include "codec/text/access_log.h"
#include "codec/text/audit_groups.h"
#include "codec/text/line_time.h"
#include "codec/text/loose.h"
#include "codec/text/syslog.h"

namespace yorozu::codec::text {
namespace {

constexpr int kMaxDepth = 3;  ///< lines inside lines: containers, wrappers of services

bool is_event_xml(std::string_view message) {
  return message.starts_with("<Event>") || message.starts_with("<Event ");
}

}  // namespace

LineReader::LineReader(event::NameTable& names, const event::LogsourceMap& logsources, const PatternTable& table)
    : table_(table),
      words_(names, logsources),
      xml_(names, logsources),
      payloads_(names, logsources),
      audit_(names, logsources),
      told_{names.intern("msg"), names.intern("message"), names.intern("log")} {
  for (const std::string& name : table.field_names()) ids_.push_back(names.intern(name));
  for (const Belonging& belonging : table.belongings()) {
    const event::Logsource& wanted = belonging.logsource;
    auto id = logsources.id_of(wanted.product, wanted.category, wanted.service);
    if (!id) id = logsources.id_of(wanted.product, wanted.category, "");
    logsources_.push_back(id.value_or(0));
  }
}

/// Sysmon for Linux writes its events as XML into syslog: then they are the event.
Understood LineReader::read_sysmon(std::string_view message, Arena& arena, LineRecord& out) {
  const WrittenTime time = out.time;
  xml_.read(message, arena, inner_);
  if (inner_.event_id == event::kNoEventId) return Understood::Envelope;  // nothing but a line after all
  std::swap(out, inner_);
  if (!out.time.known()) out.time = time;
  out.source_class = event::SourceClass::Endpoint;
  return Understood::Fields;
}

void LineReader::belongs(std::uint16_t belonging, LineRecord& out) const {
  out.logsource = logsources_[belonging];
  out.source_class = table_.belongings()[belonging].source_class;
}

/// What stands around a line inside a line says whose it is, unless it is a mere wrapper without class and logsource.
bool LineReader::take(const DeclaredPattern& pattern, std::string_view inner, Timestamp written, Arena& arena,
                      LineRecord& out, int depth) {
  for (const auto& [field, text] : pattern.constants) out.add(ids_[static_cast<std::size_t>(field)], text);
  const bool is_wrapper = table_.belongings()[pattern.belonging] == Belonging{};
  if (!is_wrapper) belongs(pattern.belonging, out);
  if (inner.empty()) return true;
  const bool is_read = read_content(inner, written, arena, out, depth + 1);
  if (!is_wrapper) belongs(pattern.belonging, out);
  return is_read;
}

/// The patterns of one program.
bool LineReader::read_list(const PatternList& list, std::string_view message, Timestamp written, Arena& arena,
                           LineRecord& out) {
  const MatchContext context{.words = words_, .ids = ids_, .keys = list.keys, .written = written};
  std::string_view inner;
  const std::size_t before = out.names.size();
  belongs(list.belonging, out);
  for (const DeclaredPattern& pattern : list.patterns) {
    if (!message.starts_with(pattern.pattern.prefix())) continue;
    if (!pattern.pattern.match(message, context, out, inner)) continue;
    return take(pattern, inner, written, arena, out, 0) || out.names.size() > before;
  }
  if (const auto found = table_.match_shared(message, context, out, inner); found.pattern != nullptr) return true;
  read_loosely(message, context, out);
  return out.names.size() > before;
}

/// Structured logging of programs has what they say in one of its fields.
void LineReader::read_told(std::size_t from, Timestamp written, Arena& arena, LineRecord& out, int depth) {
  for (std::size_t i = from; i < out.names.size(); ++i) {
    if (std::ranges::find(told_, out.names[i]) == told_.end() || out.values[i].type != event::ValueType::Utf8) continue;
    read_content(as_text(out.values[i].bytes()), written, arena, out, depth + 1);
    return;
  }
}

/// What can be known by its form, whoever wrote it.
bool LineReader::read_content(std::string_view text, Timestamp written, Arena& arena, LineRecord& out, int depth) {
  if (depth > kMaxDepth || text.empty()) return false;
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::size_t before = out.names.size();
  if (const auto format = payloads_.read(text, written, arena, out); format != fields::PayloadFormat::None) {
    const bool is_anybodys = format == fields::PayloadFormat::Json || format == fields::PayloadFormat::KeyValue;
    if (is_anybodys && out.source_class == event::SourceClass::Other) read_told(before, written, arena, out, depth);
    return true;
  }
  if (read_access_log(text, words_, out)) {
    out.source_class = event::SourceClass::Web;
    return true;
  }
  const MatchContext context{.words = words_, .ids = ids_, .keys = {}, .written = written};
  std::string_view inner;
  if (const auto found = table_.match_line(text, context, out, inner); found.pattern != nullptr) {
    return take(*found.pattern, inner, written, arena, out, depth) || out.names.size() > before;
  }
  read_loosely(text, context, out);
  return out.names.size() > before;
}

Understood LineReader::read_message(std::string_view program, std::string_view message, Timestamp written, Arena& arena,
                                    LineRecord& out) {
  while (message.starts_with(' ')) message.remove_prefix(1);  // sudo
  if (const auto stamp = audit::read_stamp(message)) {        // audispd, and the kernel where no daemon runs
    audit_.read({&*stamp, 1}, arena, out);
    return Understood::Fields;
  }
  if (program == "CEF" || program == "LEEF") {  // "CEF:0|..." behind a header looks like the name of a program
    const std::string_view whole = arena.copy(std::string(program) + ":" + std::string(message));
    if (payloads_.read(whole, written, arena, out) != fields::PayloadFormat::None) return Understood::Fields;
  }
  if (const PatternList* list = table_.list_of(program))
    return read_list(*list, message, written, arena, out) ? Understood::Fields : Understood::Envelope;
  if (is_event_xml(message)) return read_sysmon(message, arena, out);
  out.logsource = words_.syslog;
  return read_content(message, written, arena, out, 0) ? Understood::Fields : Understood::Envelope;
}

bool LineReader::read_inside(std::string_view line, Arena& arena, LineRecord& out) {
  const char first = line.empty() ? '\0' : line.front();
  const bool may_be_syslog = first == '<' || is_digit(first) || (first >= 'A' && first <= 'Z');
  SyslogPrefix prefix;
  if (!may_be_syslog || !scan_syslog(line, {}, prefix) || prefix.host.empty())
    return read_content(line, {}, arena, out, 1);
  if (prefix.time.known()) out.time = prefix.time;
  if (out.host == event::kNoIndex)
    out.add_host(words_.host, prefix.host);
  else
    out.add(words_.host, prefix.host);
  if (!prefix.program.empty()) out.add(words_.program, prefix.program);
  if (!prefix.pid.empty()) out.add(words_.pid, prefix.pid);
  read_message(prefix.program, prefix.message, {}, arena, out);
  return true;
}

Understood LineReader::read(std::string_view line, Timestamp written, Arena& arena, LineRecord& out) {
  const char first = line.empty() ? '\0' : line.front();
  if (first == 't' || first == 'n')
    if (const auto stamp = audit::read_stamp(line)) {
      audit_.read({&*stamp, 1}, arena, out);
      return Understood::Fields;
    }
  const bool may_be_syslog = first == '<' || is_digit(first) || (first >= 'A' && first <= 'Z');
  if (SyslogPrefix prefix; may_be_syslog && scan_syslog(line, written, prefix)) {
    add_envelope(prefix, words_, arena, out);
    return read_message(prefix.program, prefix.message, written, arena, out);
  }
  out.clear();
  const bool found = read_content(line, written, arena, out, 0);
  if (!found || std::ranges::find(out.names, event::NameId{event::name::kMessage}) == out.names.end())
    out.add(event::name::kMessage, line);
  if (!out.time.known()) {
    Scan scan(first == '[' ? line.substr(1) : line);
    if (const auto time = scan_iso_time(scan)) out.time = *time;
  }
  if (found) return Understood::Fields;
  return out.time.known() ? Understood::Envelope : Understood::Nothing;
}

}  // namespace yorozu::codec::text
