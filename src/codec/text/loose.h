/// What can be read from a message that no pattern describes: key=value pairs, the address it is about, a user. Chosen
/// so that it errs on the side of silence: a field that means something else is worse than none.
#pragma once

#include <string_view>

#include "codec/text/pattern.h"
#include "codec/text/record.h"

namespace yorozu::codec::text {

/// Adds fields of `message` to `out`: each pair under its key (or what `context.keys` calls it), the address behind
/// "from", "client" or "by" as source_ip, another one as `ip`, the name behind "for user" or in quotes behind "user" as
/// user, the number behind "port" as port.
void read_loosely(std::string_view message, const MatchContext& context, LineRecord& out);

}  // namespace yorozu::codec::text
