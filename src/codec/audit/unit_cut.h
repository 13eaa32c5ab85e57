/// Where a file of audit records may be cut into units so that events stay whole.
#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace yorozu::codec::audit {

/// `window`: bytes of a log, from the beginning of a line. When its last whole line is an audit record: a position at
/// the beginning of a line such that no event has records on both sides of it within the window, and that leaves room
/// for records that are still to come; 0 when there is none in the last 64 KiB, or the line is none (cut anywhere
/// then). Charsets other than UTF-16.
std::size_t cut_between_events(ByteView window);

}  // namespace yorozu::codec::audit
