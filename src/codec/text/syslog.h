/// Lines that begin as syslog does: RFC 5424 section 6, RFC 3164 section 4 as programs really write it, and the form
/// with an ISO time that rsyslog and systemd write today; with or without the priority in front.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "codec/text/record.h"
#include "codec/understood.h"

namespace yorozu::codec::text {

/// Fields: facility and severity (when a priority is there), host, program, pid, message_id, structured_data, Message
/// (the text behind the prefix), and those of codec/text/programs.h. The logsource follows the program. nullopt, and
/// `out` untouched, when the line has no such prefix.
std::optional<Understood> read_syslog(std::string_view line, Timestamp written, const Vocabulary& words,
                                      LineRecord& out);

/// Names of RFC 5424 section 6.2.1; "" beyond the table.
std::string_view facility_name(std::size_t number);
std::string_view severity_name(std::size_t number);

}  // namespace yorozu::codec::text
