/// CEF (ArcSight Common Event Format, version 0 and 1) and LEEF (IBM QRadar Log Event Extended Format 1.0 and 2.0).
#pragma once

#include <string_view>

#include "codec/fields/record.h"

namespace yorozu::codec::fields {

/// `text` begins with "CEF:" or with the version number alone ("0|Vendor|...": what is left when a syslog header took
/// "CEF:" for the name of the program). Header: cefVersion, deviceVendor, deviceProduct, deviceVersion,
/// deviceEventClassId, name, severity; extensions by their own keys, and a custom field (cs1, cn2 ...) also by its
/// label. Time: rt, else start, else end. False, and nothing added, for other text.
bool read_cef(std::string_view text, Record& out);

/// `text` begins with "LEEF:". Header: leefVersion, deviceVendor, deviceProduct, deviceVersion, eventId; attributes by
/// their own keys. Time: devTime. False, and nothing added, for other text.
bool read_leef(std::string_view text, Record& out);

}  // namespace yorozu::codec::fields
