/// The process that keeps the index in step with the archive (archive/index/indexer.h). It waits for {"report"} on the
/// channel, with one end of a stream socket on which it then says how far it is (progress_line.h).
#pragma once

#include "app/process/channel.h"
#include "archive/index/indexer.h"

namespace yorozu::indexing {

/// Until the other end of the channel is gone. Gives the exit status of the process.
int run_index_child(const process::Channel& channel, archive::index::IndexerOptions options);

}  // namespace yorozu::indexing
