/// One JSON object in the text of a line (syslog that carries Suricata's EVE, "@cee:" and other structured logging).
/// Whole files of JSON are codec/json; this is the small reader for what stands inside something else.
#pragma once

#include <string_view>

#include "codec/fields/record.h"

namespace yorozu::codec::fields {

/// Members become fields, nested ones with dots, elements of arrays under the name of the array. Suricata's EVE is
/// recognised (logsource suricata/eve, class ids, time); else `time`, `timestamp`, `@timestamp`, `ts` give the time.
/// False, and nothing added, when `text` is not one whole object, nested at most 32 deep.
bool read_json_payload(std::string_view text, Record& out);

}  // namespace yorozu::codec::fields
