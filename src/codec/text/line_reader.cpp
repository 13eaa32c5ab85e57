#include "codec/text/line_reader.h"

#include <algorithm>
#include <utility>

#include "codec/text/access_log.h"
#include "codec/text/auditd.h"
#include "codec/text/line_time.h"
#include "codec/text/programs.h"
#include "codec/text/syslog.h"

namespace yorozu::codec::text {
namespace {

std::string_view message_of(const LineRecord& record) {
  const auto message = std::ranges::find(record.names, event::NameId{event::name::kMessage});
  if (message == record.names.end()) return {};
  return as_text(record.values[static_cast<std::size_t>(message - record.names.begin())].bytes());
}

}  // namespace

LineReader::LineReader(event::NameTable& names, const event::LogsourceMap& logsources)
    : words_(names, logsources), xml_(names, logsources) {}

/// Sysmon for Linux writes its events as XML into syslog: then they are the event.
Understood LineReader::read_sysmon(std::string_view message, Arena& arena, LineRecord& out) {
  const Timestamp time = out.time;
  xml_.read(message, arena, inner_);
  if (inner_.event_id == event::kNoEventId) return Understood::Envelope;  // nothing but a line after all
  std::swap(out, inner_);
  if (!out.time.known()) out.time = time;
  return Understood::Fields;
}

Understood LineReader::read_message(std::string_view program, std::string_view message, Arena& arena, LineRecord& out) {
  const std::size_t before = out.names.size();
  read_program(program, message, words_, out);
  if (message.starts_with("<Event>") || message.starts_with("<Event ")) return read_sysmon(message, arena, out);
  return out.names.size() > before ? Understood::Fields : Understood::Envelope;
}

Understood LineReader::read(std::string_view line, Timestamp written, Arena& arena, LineRecord& out) {
  const char first = line.empty() ? '\0' : line.front();
  if ((first == 't' || first == 'n') && read_audit(line, words_, arena, out)) return Understood::Fields;
  const bool bracket = first == '[';
  const bool may_be_syslog = first == '<' || is_digit(first) || (first >= 'A' && first <= 'Z');
  if (may_be_syslog)
    if (const auto understood = read_syslog(line, written, words_, out)) {
      const std::string_view message = message_of(out);
      if (message.starts_with("<Event>") || message.starts_with("<Event ")) return read_sysmon(message, arena, out);
      return *understood;
    }
  out.clear();
  if (read_access_log(line, words_, out)) return Understood::Fields;
  if ((bracket || is_digit(first)) && read_web_error_log(line, words_, out)) return Understood::Fields;
  out.clear();
  Scan scan(bracket ? line.substr(1) : line);
  if (const auto time = scan_iso_time(scan)) out.time = *time;
  out.add(event::name::kMessage, line);
  return out.time.known() ? Understood::Envelope : Understood::Nothing;
}

}  // namespace yorozu::codec::text
