/// The common and combined access log formats of Apache, nginx and many others, with or without the name of the virtual
/// host in front. Fields have the names of W3C extended logs, which Sigma's webserver rules use.
#pragma once

#include <string_view>

#include "codec/text/record.h"

namespace yorozu::codec::text {

/// c-ip, cs-host, cs-username, cs-method, cs-uri, cs-uri-stem, cs-uri-query, cs-version, sc-status, sc-bytes,
/// cs-referer, cs-user-agent; a field whose value is "-" is left out. False, and `out` untouched, for other lines.
bool read_access_log(std::string_view line, const Vocabulary& words, LineRecord& out);

/// "GET /a?b HTTP/1.1" as cs-method, cs-uri, cs-uri-stem, cs-uri-query, cs-version; anything else as cs-uri.
void add_request(std::string_view request, const Vocabulary& words, LineRecord& out);

/// "/a?b" as cs-uri, cs-uri-stem, cs-uri-query.
void add_target(std::string_view target, const Vocabulary& words, LineRecord& out);

}  // namespace yorozu::codec::text
