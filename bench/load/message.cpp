#include "message.h"

#include <array>

namespace yorozu::load {

namespace {

/// Appends `of` with its patches to `to`; `escape` as the inside of a JSON string.
void append(const Message& of, bool escape, Message& to) {
  std::size_t next = 0;
  for (std::size_t at = 0; at <= of.text.size(); ++at) {
    while (next < of.patches.size() && of.patches[next].offset == at) {
      Patch patch = of.patches[next++];
      patch.offset = static_cast<std::uint32_t>(to.text.size());
      to.patches.push_back(patch);
    }
    if (at == of.text.size()) break;
    const char c = of.text[at];
    if (escape && (c == '"' || c == '\\')) to.text += '\\';
    to.text += c;
  }
}

Message document_of(const Message& line) {
  Message out;
  out.add(R"({"@timestamp":")").patch(PatchKind::Iso).add(R"(","log":{"offset":)").digits(9);
  out.add(R"(},"message":")");
  append(line, true, out);
  out.add("\"}");
  return out;
}

Message syslog_of(const Message& document) {
  Message out;
  out.add("<14>1 ").patch(PatchKind::Rfc5424).add(" collector NXLOG 2204 - - ");
  append(document, false, out);
  return out;
}

/// A web server's log comes through syslog as nginx sends it.
Message syslog_of_access(const Message& line) {
  Message out;
  out.add("<190>1 ").patch(PatchKind::Rfc5424).add(" web01 nginx 812 - - ");
  append(line, false, out);
  return out;
}

Message body_of(const Message& message, Form form) {
  if (form == Form::Lines) return message;
  if (form == Form::Bulk) return message.is_json ? message : document_of(message);
  if (message.is_json) return syslog_of(message);
  return message.mix == Mix::Web ? syslog_of_access(message) : message;
}

}  // namespace

std::string_view to_string(Mix mix) {
  constexpr std::array<std::string_view, kMixes> kNames = {"windows", "firewall", "linux", "web", "wide"};
  return kNames[static_cast<std::size_t>(mix)];
}

std::size_t width_of(PatchKind kind, std::size_t digits) {
  switch (kind) {
    case PatchKind::Number:
      return kNumberWidth;
    case PatchKind::Digits:
    case PatchKind::Hex:
      return digits;
    case PatchKind::Port:
      return 5;
    case PatchKind::Rfc5424:
      return 32;
    case PatchKind::Rfc3164:
      return 15;
    case PatchKind::Iso:
      return 24;
    case PatchKind::SysmonUtc:
      return 23;
    case PatchKind::Date:
      return 10;
    case PatchKind::Clock:
      return 8;
    case PatchKind::EpochNs:
      return 19;
    case PatchKind::Apache:
      return 26;
  }
  return 0;
}

Message wrapped(const Message& message, Form form) {
  const Message body = body_of(message, form);
  Message out;
  out.mix = message.mix;
  out.is_json = message.is_json;
  out.late_seconds = message.late_seconds;
  if (form == Form::SyslogOctets) out.add(std::to_string(body.text.size()) + " ");
  if (form == Form::Bulk) out.add("{\"create\":{}}\n");
  append(body, false, out);
  if (form != Form::Datagrams && form != Form::SyslogOctets) out.add("\n");
  return out;
}

}  // namespace yorozu::load
