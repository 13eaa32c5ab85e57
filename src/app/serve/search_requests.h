/// What the control socket is asked about events: search, saved searches, tail (docs/formats/control.md).
#pragma once

#include <map>
#include <string>

#include "app/serve/requests.h"

namespace yorozu::serve {

void add_search_handlers(Parts& parts, std::map<std::string, control::Handler>& handlers);

}  // namespace yorozu::serve
