/// A descriptor handed over beside the bytes of a Unix socket (SCM_RIGHTS), as sendmsg and recvmsg do it; errno says
/// what went wrong.
#pragma once

#include <sys/types.h>

#include <span>
#include <string_view>

#include "base/file.h"

namespace yorozu {

/// `fd`: -1 for none. Never raises SIGPIPE; `flags` beside that. Interrupted calls are made again.
ssize_t send_with_fd(int socket, std::string_view bytes, int fd, int flags = 0);

/// `passed` gets the descriptor when one came, else it stays as it is. Interrupted calls are made again.
ssize_t receive_with_fd(int socket, std::span<char> bytes, Fd& passed);

}  // namespace yorozu
