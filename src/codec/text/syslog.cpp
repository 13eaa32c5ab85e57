#include "codec/text/syslog.h"

#include <algorithm>
#include <array>
#include <optional>

#include "codec/text/line_time.h"
#include "codec/text/scan.h"

namespace yorozu::codec::text {
namespace {

constexpr std::array<std::string_view, 24> kFacilities = {"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                                          "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                                          "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                                          "local2", "local3", "local4", "local5", "local6",   "local7"};
constexpr std::size_t kMaxParameters = 64;
constexpr std::array<std::string_view, 8> kSeverities = {"emerg",   "alert",  "crit", "err",
                                                         "warning", "notice", "info", "debug"};

using Prefix = SyslogPrefix;

std::optional<int> scan_priority(Scan& scan) {
  Scan at = scan;
  if (!at.skip('<')) return std::nullopt;
  const auto value = at.number(3);
  if (!value || *value > 191 || !at.skip('>')) return std::nullopt;
  scan = at;
  return value;
}

/// The digits of a line that has a priority.
std::string_view text_of_priority(std::string_view line) {
  const std::size_t open = line.find('<');
  return line.substr(open + 1, line.find('>', open) - open - 1);
}

/// "-" is RFC 5424's nil value.
std::string_view scan_5424_word(Scan& scan) {
  const std::string_view word = scan.word();
  scan.skip(' ');
  return word == "-" ? std::string_view() : word;
}

/// Elements in brackets; values in quotes may have \" and \].
std::string_view scan_structured_data(Scan& scan) {
  if (scan.skip('-')) return {};
  const std::string_view text = scan.rest();
  std::size_t at = 0;
  bool quoted = false, inside = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\')
      ++at;
    else if (c == '"' && inside)
      quoted = !quoted;
    else if (!quoted && c == '[')
      inside = true;
    else if (!quoted && c == ']')
      inside = false;
    else if (!inside)
      break;
  }
  at = std::min(at, text.size());
  scan.drop(at);
  return text.substr(0, at);
}

bool scan_5424(Scan& scan, Prefix& out) {
  Scan at = scan;
  if (!at.skip("1 ")) return false;
  if (!at.skip('-')) {
    const auto time = scan_iso_time(at);
    if (!time) return false;
    out.time = *time;
  }
  if (!at.skip(' ')) return false;
  out.host = scan_5424_word(at);
  out.program = scan_5424_word(at);
  out.pid = scan_5424_word(at);
  out.message_id = scan_5424_word(at);
  out.structured_data = scan_structured_data(at);
  at.skip(' ');
  at.skip("\xEF\xBB\xBF");
  out.message = at.rest();
  return true;
}

/// "sshd[123]: ", "sshd(pam_unix)[123]: ", "kernel: ", "CRON[7]: "; false when the text begins otherwise: then all of
/// it is the message.
bool scan_tag(Scan& scan, Prefix& out) {
  const std::string_view text = scan.rest().substr(0, 128);
  const std::size_t name_end = text.find_first_of(" :[(");
  if (name_end == 0 || name_end == std::string_view::npos || text[name_end] == ' ') return false;
  std::size_t at = name_end;
  if (text[at] == '(') {
    at = text.find(')', at);
    if (at == std::string_view::npos || at + 1 == text.size()) return false;
    ++at;
  }
  std::string_view pid;
  if (text[at] == '[') {
    const std::size_t close = text.find(']', at);
    if (close == std::string_view::npos || close + 1 >= text.size()) return false;
    pid = text.substr(at + 1, close - at - 1);
    at = close + 1;
    // "sshd[42] text": the colon was forgotten. "PP[01] text" is an interface of a router.
    const bool is_program = std::ranges::any_of(text.substr(0, name_end), [](char c) { return c >= 'a' && c <= 'z'; });
    if (text[at] == ' ' && is_program && !pid.empty() && is_digit(pid.front())) {
      out.program = text.substr(0, name_end);
      out.pid = pid;
      scan.drop(at + 1);
      return true;
    }
  }
  if (text[at] != ':' || (at + 1 < text.size() && text[at + 1] != ' ')) return false;
  out.program = text.substr(0, name_end);
  out.pid = pid;
  scan.drop(at + 1);
  scan.skip(' ');
  return true;
}

/// Behind an ISO time these are levels, not hosts: "2026-11-24 01:02:03 INFO component: text".
bool is_level(std::string_view word) {
  static constexpr auto kLevels = std::to_array<std::string_view>(
      {"TRACE", "DEBUG",   "INFO",   "NOTICE",  "WARN",   "WARNING", "ERROR", "ERR",  "FATAL",   "CRIT",  "CRITICAL",
       "ALERT", "EMERG",   "SEVERE", "VERBOSE", "trace",  "debug",   "info",  "warn", "warning", "error", "fatal",
       "Info",  "Warning", "Error",  "Debug",   "Notice", "notice",  "I",     "W",    "E",       "D"});
  return std::ranges::find(kLevels, word) != kLevels.end();
}

/// Cisco IOS puts a counter and its own name in front, a star or dot before a clock that is not set, the name of the
/// zone behind it: "29: router1: *Nov 24 01:02:03.456 JST: %SYS-5-CONFIG_I: ..."
void skip_cisco_counter(Scan& scan) {
  Scan at = scan;
  at.skip(':');
  if (is_digit(at.peek())) {
    while (is_digit(at.peek())) at.drop(1);
    if (!at.skip(": ")) return;
  }
  if (at.peek() == '*' || at.peek() == '.') at.drop(1);
  if (month_number(at.rest()) == 0) return;
  scan = at;
}

void skip_zone_name(Scan& scan, WrittenTime& time) {
  Scan at = scan;
  if (!at.skip(' ')) return;
  std::size_t letters = 0;
  while (at.peek() >= 'A' && at.peek() <= 'Z') {
    at.drop(1);
    ++letters;
  }
  if (letters < 3 || letters > 5 || at.peek() != ':') return;
  const std::string_view name = scan.rest().substr(1, letters);
  if (name == "UTC" || name == "GMT") time.is_local = false;
  scan = at;
}

/// "2026 Nov 24 01:02:03": switches that put the year first.
std::optional<WrittenTime> scan_year_first(Scan& scan, Timestamp written) {
  Scan at = scan;
  const auto year = at.number(4);
  if (!year || *year < 1970 || !at.skip(' ')) return std::nullopt;
  const auto bsd = scan_bsd_time(at, written);
  if (!bsd) return std::nullopt;
  scan = at;
  if (!bsd->known()) return bsd;
  CivilTime civil = to_civil(bsd->time);
  civil.year = *year;
  return WrittenTime::local(from_civil(civil));
}

bool scan_bsd(Scan& scan, Timestamp written, Prefix& out) {
  Scan at = scan;
  bool is_bsd = false, is_rsyslog = false;
  if (out.priority) skip_cisco_counter(at);
  if (const auto bsd = scan_bsd_time(at, written)) {
    out.time = *bsd;
    is_bsd = true;
    skip_zone_name(at, out.time);
  } else if (const auto iso = scan_iso_time(at)) {
    out.time = *iso;
    // "2026-11-24T01:02:03.456789+09:00 host text" is how rsyslog and syslog-ng write files.
    const std::string_view written_time = scan.rest().substr(0, scan.rest().size() - at.rest().size());
    is_rsyslog = written_time.size() >= 25 && written_time[10] == 'T' && written_time[written_time.size() - 3] == ':' &&
                 (written_time[written_time.size() - 6] == '+' || written_time[written_time.size() - 6] == '-');
  } else if (const auto year_first = scan_year_first(at, written)) {
    out.time = *year_first;
    is_bsd = true;
  } else {
    return false;
  }
  is_bsd = is_bsd || out.priority.has_value();
  const bool has_colon = at.skip(':');  // Cisco
  if (has_colon && !is_bsd) return false;
  if (!at.skip(' ')) return false;
  at.skip_blanks();
  // Some devices leave out their name: then the program comes at once.
  Scan tag_first = at;
  Prefix without_host = out;
  if (is_bsd && scan_tag(tag_first, without_host) &&
      at.rest().find(' ') >= at.rest().size() - tag_first.rest().size() - 1) {
    out = without_host;
    out.message = tag_first.rest();
    return true;
  }
  if (has_colon && is_bsd) {
    out.message = at.rest();
    return true;
  }
  out.host = at.word();
  if (out.host.empty() || out.host.find_first_of("[]\"='{}|,;()/") != std::string_view::npos || !at.skip(' ') ||
      (!is_bsd && is_level(out.host)))
    return false;
  at.skip_blanks();
  if (at.peek() == ':') at.skip(": ");  // "asa1 : %ASA-6-302013: ..."
  // Nothing but syslog begins with such a time; behind an ISO time it takes a program to tell it from any other log.
  if (!scan_tag(at, out) && !is_bsd && !is_rsyslog) return false;
  out.message = at.rest();
  return true;
}

}  // namespace

std::string_view facility_name(std::size_t number) {
  return number < kFacilities.size() ? kFacilities[number] : std::string_view();
}

std::string_view severity_name(std::size_t number) {
  return number < kSeverities.size() ? kSeverities[number] : std::string_view();
}

bool scan_syslog(std::string_view line, Timestamp written, SyslogPrefix& out) {
  Scan scan(line);
  scan.skip("\xEF\xBB\xBF");
  out = {};
  out.priority = scan_priority(scan);
  const std::string_view priority_text = out.priority ? text_of_priority(line) : std::string_view();
  out.priority_text = priority_text;
  if (out.priority) scan.skip_blanks();
  if (out.priority && scan_5424(scan, out)) return true;
  const std::optional<int> priority = out.priority;
  if (scan_bsd(scan, written, out)) return true;
  out = {};
  if (!priority) return false;
  // No time, no host: YAMAHA and many small devices. A program may still be there ("%ASA-4-106023: ...").
  out.priority = priority;
  out.priority_text = priority_text;
  scan.skip("\xEF\xBB\xBF");
  scan_tag(scan, out);
  out.message = scan.rest();
  return true;
}

namespace {

/// The value of a parameter without the backslashes of RFC 5424 section 6.3.3.
std::string_view unescaped(std::string_view value, Arena& arena) {
  if (value.find('\\') == std::string_view::npos) return value;
  char* const to = reinterpret_cast<char*>(arena.allocate(value.size()));
  std::size_t n = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escapes = value[i] == '\\' && i + 1 < value.size() &&
                         (value[i + 1] == '"' || value[i + 1] == '\\' || value[i + 1] == ']');
    if (escapes) ++i;
    to[n++] = value[i];
  }
  return {to, n};
}

void add_parameters(std::string_view structured_data, const Vocabulary& words, Arena& arena, LineRecord& out) {
  std::string_view rest = structured_data;
  for (std::size_t n = 0; n < kMaxParameters; ++n) {
    const std::size_t equals = rest.find("=\"");
    if (equals == std::string_view::npos) return;
    const std::size_t blank = rest.substr(0, equals).rfind(' ');
    const std::string_view name = rest.substr(blank + 1, equals - blank - 1);  // npos + 1 is 0
    std::size_t end = equals + 2;
    while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
    if (end >= rest.size()) return;
    const std::string_view value = rest.substr(equals + 2, end - equals - 2);
    if (!name.empty() && !value.empty()) out.add(words.id(name), unescaped(value, arena));
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

void add_envelope(const SyslogPrefix& prefix, const Vocabulary& words, Arena& arena, LineRecord& out) {
  out.time = prefix.time;
  if (prefix.priority) {
    out.add(words.priority, prefix.priority_text);
    out.add(words.facility, facility_name(static_cast<std::size_t>(*prefix.priority / 8)));
    out.add(words.severity, severity_name(static_cast<std::size_t>(*prefix.priority % 8)));
  }
  if (!prefix.host.empty()) out.add_host(words.host, prefix.host);
  if (!prefix.program.empty()) out.add(words.program, prefix.program);
  if (!prefix.pid.empty()) out.add(words.pid, prefix.pid);
  if (!prefix.message_id.empty()) out.add(words.message_id, prefix.message_id);
  if (!prefix.structured_data.empty()) {
    out.add(words.structured_data, prefix.structured_data);
    add_parameters(prefix.structured_data, words, arena, out);
  }
  out.add(event::name::kMessage, prefix.message);
}

}  // namespace yorozu::codec::text
