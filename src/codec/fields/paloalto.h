/// Palo Alto Networks PAN-OS (8 to 11) syslog in its default CSV form.
#pragma once

#include <string_view>

#include "codec/fields/record.h"

namespace yorozu::codec::fields {

/// Columns by the variable names that Palo Alto documents ("Syslog Field Descriptions": src, dst, natsrc, rule,
/// threatid
/// ...), reserved ones left out, empty ones too. Columns behind those documented are `field_N`. TRAFFIC, THREAT (with
/// its WILDFIRE, URL subtypes), SYSTEM, CONFIG, GLOBALPROTECT, USERID, AUTHENTICATION, DECRYPTION as their common part;
/// others only that. Time: high_res_timestamp, else time_generated. False, and nothing added, for other text.
bool read_paloalto(std::string_view text, Record& out);

}  // namespace yorozu::codec::fields
