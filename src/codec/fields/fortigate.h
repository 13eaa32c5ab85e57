/// Fortinet FortiGate (FortiOS 5 to 7) log lines: key=value, values in quotes where the device thinks so.
#pragma once

#include <string_view>

#include "codec/fields/record.h"

namespace yorozu::codec::fields {

/// Every key is a field by its own name (devname, srcip, dstip, action, cfgpath ...); logsource fortigate by type,
/// source class by type and subtype. Time: eventtime, else date, time and tz. Also the CSV form of the same. False, and
/// nothing added, for other text.
bool read_fortigate(std::string_view text, Record& out);

}  // namespace yorozu::codec::fields
