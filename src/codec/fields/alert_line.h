/// Alerts of Suricata (fast.log) and Snort (alert_fast, and what both send to syslog).
#pragma once

#include <string_view>

#include "codec/fields/record.h"

namespace yorozu::codec::fields {

/// "07/11/2022-10:29:01.860293  [**] [1:2200074:2] TEXT [**] [Classification: C] [Priority: 3] {TCP} a:1 -> b:2"; the
/// time and the stars may be missing (syslog). Fields have the names of Suricata's EVE: event_type alert,
/// alert.signature_id, alert.gid, alert.rev, alert.signature, alert.category, alert.severity (the priority),
/// alert.action, proto, src_ip, src_port, dest_ip, dest_port. A time without a year is of the year before `reference`
/// that fits. False, and nothing added, for other text.
bool read_alert_line(std::string_view text, Timestamp reference, Record& out);

}  // namespace yorozu::codec::fields
