/// What well-known Windows event ids mean, in a few words; so that a table of numbers can be read.
#pragma once

#include <cstdint>
#include <string_view>

#include "message/message.h"

namespace yorozu::hunt {

/// "" for ids that the table does not know.
std::string_view event_title(std::string_view channel, std::uint32_t event_id, message::Lang lang);

}  // namespace yorozu::hunt
