/// The process that answers questions, one at a time. Requests come over the channel: {"query"} with one end of a
/// stream socket. On it comes the question (archive/search/result_lines.h), and the lines of the answer go out; then it
/// is closed. The other end shuts its writing half down when it wants no more: that is looked at with every line and at
/// least ten times a second.
///
/// It watches its own memory: a question that needs more than is allowed is ended with an error, and the process when
/// that does not help. It reads the archive and the index and writes nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "app/process/channel.h"
#include "archive/search/result_lines.h"

namespace yorozu::queries {

struct ChildOptions {
  archive::search::Folders folders;
  std::uint64_t memory_bytes = 0;
};

/// Until the other end of the channel is gone. Gives the exit status of the process.
int run_query_child(const process::Channel& channel, const ChildOptions& options);

}  // namespace yorozu::queries
