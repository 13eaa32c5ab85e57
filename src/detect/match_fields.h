/// Which fields of an event a finding shows: those that the rule's tests looked at; where these say no more than which
/// kind of event it is, also what the event says beside its header.
#pragma once

#include <string>

#include "detect/engine.h"

namespace yorozu::detect {

/// One JSON object (event/event_json.h).
void append_match_fields(const Match& match, const event::NameTable& names, std::string& out);

}  // namespace yorozu::detect
