/// The process that reads uploaded files. Requests come over the channel, one at a time, as two messages: {"file",
/// NAME} with the file, then {"records"} with the end of a pipe to write to. What goes into the pipe: record_stream.h.
#pragma once

#include "app/process/channel.h"

namespace yorozu::upload {

/// Until the other end of the channel is gone. Gives the exit status of the process.
int run_decoder(process::Channel channel);

}  // namespace yorozu::upload
