/// What `yorozu status` shows, out of the parts of the server.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "api/services.h"
#include "app/serve/requests.h"

namespace yorozu::serve {

/// The state of all parts: what the API shows, and `status` below as JSON.
api::Status state_of(const Parts& parts);
nlohmann::json status(const Parts& parts);
/// Rules that cannot fire on what came in so far, with the reason; bounded, with counts.
nlohmann::json blind_rules(const Parts& parts);

}  // namespace yorozu::serve
