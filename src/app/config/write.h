/// Config to text: the commented file that a person edits, and the drop-in that `yorozu sources add` writes.
#pragma once

#include <string>

#include "app/config/config.h"
#include "message/message.h"

namespace yorozu::config {

/// Every key with its default and what it is for; parses to Config{}.
std::string default_text(message::Lang lang);
/// One [[source]] table.
std::string to_toml(const Source& source);

}  // namespace yorozu::config
