/// Lines that begin as syslog does: RFC 5424 section 6, RFC 3164 section 4 as programs really write it, and the form
/// with an ISO time that rsyslog and systemd write today; with or without the priority in front.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"
#include "codec/text/record.h"

namespace yorozu::codec::text {

struct SyslogPrefix {
  std::optional<int> priority;
  std::string_view priority_text;
  WrittenTime time;
  std::string_view host, program, pid, message_id, structured_data, message;
};

/// Takes `line` apart; false when it has no such prefix.
bool scan_syslog(std::string_view line, Timestamp written, SyslogPrefix& out);

/// Fields: facility and severity (when a priority is there), host, program, pid, message_id, structured_data (whole,
/// and each of its parameters by its own name), Message. Values point into the line and `arena`.
void add_envelope(const SyslogPrefix& prefix, const Vocabulary& words, Arena& arena, LineRecord& out);

/// Names of RFC 5424 section 6.2.1; "" beyond the table.
std::string_view facility_name(std::size_t number);
std::string_view severity_name(std::size_t number);

}  // namespace yorozu::codec::text
