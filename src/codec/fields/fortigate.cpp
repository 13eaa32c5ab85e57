#include "codec/fields/fortigate.h"

#include <string>

#include "codec/fields/key_value.h"

namespace yorozu::codec::fields {
namespace {

using event::SourceClass;

/// What decides time and logsource.
struct Known {
  std::string_view date, time, zone, event_time, type, subtype, log_id, device;
  void note(std::string_view key, std::string_view value) {
    if (key == "date") date = value;
    if (key == "time") time = value;
    if (key == "tz" || key == "timezone") zone = value;
    if (key == "eventtime") event_time = value;
    if (key == "type") type = value;
    if (key == "subtype") subtype = value;
    if (key == "logid" || key == "log_id") log_id = value;
    if (key == "devid" || key == "device_id") device = value;
  }
};

struct Kind {
  std::string_view type, subtype;  ///< empty: any
  SourceClass source_class;
  std::string_view service;
};
/// FortiOS log message reference: log types and subtypes. The first that fits is taken.
constexpr auto kKinds = std::to_array<Kind>({
    {"traffic", "", SourceClass::Firewall, "traffic"},
    {"event", "vpn", SourceClass::Vpn, "vpn"},
    {"event", "user", SourceClass::Auth, "event"},
    {"event", "", SourceClass::Firewall, "event"},
    {"utm", "webfilter", SourceClass::Proxy, "webfilter"},
    {"webfilter", "", SourceClass::Proxy, "webfilter"},
    {"utm", "dns", SourceClass::Dns, "dns"},
    {"dns", "", SourceClass::Dns, "dns"},
    {"utm", "emailfilter", SourceClass::Mail, "utm"},
    {"emailfilter", "", SourceClass::Mail, "utm"},
    {"utm", "waf", SourceClass::Web, "utm"},
    {"waf", "", SourceClass::Web, "utm"},
    {"utm", "", SourceClass::Ids, "utm"},
    {"ips", "", SourceClass::Ids, "utm"},
    {"virus", "", SourceClass::Ids, "utm"},
    {"anomaly", "", SourceClass::Ids, "utm"},
    {"app-ctrl", "", SourceClass::Ids, "utm"},
    {"dlp", "", SourceClass::Ids, "utm"},
});

void set_source(const Known& known, Record& out) {
  for (const Kind& kind : kKinds)
    if (kind.type == known.type && (kind.subtype.empty() || kind.subtype == known.subtype))
      return out.source("fortigate", "", kind.service, kind.source_class);
  out.source("fortigate", "", "event", SourceClass::Firewall);
}

void set_time(const Known& known, Record& out) {
  if (const auto time = epoch_time(known.event_time)) return out.sure_time(time);
  if (known.date.empty() || known.time.empty()) return;
  std::string text(known.date.substr(0, 10));
  text += 'T';
  text += known.time.substr(0, 15);
  if (known.zone.size() == 5) {
    text += known.zone;
    out.sure_time(parse_time(text));
  } else {
    out.local_time(parse_time(text));
  }
}

char separator_of(std::string_view text) {
  // "date=2026-11-24,time=..." when `set format csv` is on.
  const std::size_t first = text.find_first_of(", \"");
  return first != std::string_view::npos && text[first] == ',' ? ',' : ' ';
}

bool looks_like_fortigate(std::string_view text, char separator) {
  Known known;
  while (const auto pair = take_pair(text, separator)) known.note(pair->key, pair->value);
  return !known.type.empty() && !known.log_id.empty() &&
         (!known.date.empty() || !known.device.empty() || !known.event_time.empty());
}

}  // namespace

bool read_fortigate(std::string_view text, Record& out) {
  if (!text.contains("type=") || !(text.contains("logid=") || text.contains("log_id="))) return false;
  const char separator = separator_of(text);
  if (!looks_like_fortigate(text, separator)) return false;
  Known known;
  while (const auto pair = take_pair(text, separator)) {
    const std::string_view value = text_of(*pair, out.arena);
    known.note(pair->key, value);
    if (pair->key == "devname")
      out.add_host(pair->key, value);
    else
      out.add(pair->key, value);
  }
  set_source(known, out);
  set_time(known, out);
  return true;
}

}  // namespace yorozu::codec::fields
