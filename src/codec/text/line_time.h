/// Times as log lines write them. What names no zone is local.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "codec/text/scan.h"
#include "codec/written_time.h"

namespace yorozu::codec::text {

/// 1 to 12 for "Jan" to "Dec", any case; 0 for anything else.
int month_number(std::string_view name);

/// RFC 3164 section 4.1.2: "Nov 24 01:02:03", also with the year that some devices write after the day. Without a year
/// it is the last such day that is not later than a day after `written` (so that a line from December in a file of
/// January is of the year before); unknown when `written` is. Local.
std::optional<WrittenTime> scan_bsd_time(Scan& scan, Timestamp written);

/// "2026-11-24T01:02:03.456+09:00", also with a blank instead of the T, a comma, slashes.
std::optional<WrittenTime> scan_iso_time(Scan& scan);

/// "24/Nov/2026:01:02:03 +0900" of web access logs.
std::optional<WrittenTime> scan_access_time(Scan& scan);

/// "Sun Dec 04 04:47:44.123456 2005" of Apache's error log; local.
std::optional<WrittenTime> scan_asctime(Scan& scan);

/// Any of these, and further usual writings: zone behind a blank, "2026/11/24 - 01:02:03", "24-Nov-2026 01:02:03.456",
/// "Tue, 24 Nov 2026 01:02:03 UTC", "Tue Nov 24 01:02:03 JST 2026" (of names of zones only UTC is read), "11.24
/// 01:02:03" and "261124 010203", seconds since 1970. Not "11/24/2026", which is another day for every second reader.
std::optional<WrittenTime> scan_any_time(Scan& scan, Timestamp written);

}  // namespace yorozu::codec::text
