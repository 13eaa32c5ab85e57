/// Ids of _bulk events that are in the archive already, so that a sender's repeat after a restart is recognised.
#pragma once

#include "archive/archive.h"
#include "base/result.h"
#include "base/time.h"
#include "ingest/web/seen_ids.h"

namespace yorozu::serve {

/// Reads the newest lines, at most 300,000: senders repeat what got no answer at once, and more would make every start
/// slow. What is older than that is taken for new after a restart (docs/limits.md).
Result<void> remember_recent_ids(archive::Archive& archive, ingest::web::SeenIds& seen, Timestamp now);

}  // namespace yorozu::serve
