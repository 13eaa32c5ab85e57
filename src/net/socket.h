/// Opening sockets. A listener is either bound here or handed over already bound (the supervisor binds ports below 1024
/// and passes descriptors). All are non-blocking and closed on exec. Errors name the address and what to do about it.
#pragma once

#include <cstdint>
#include <variant>

#include "base/file.h"
#include "base/result.h"
#include "net/address.h"

namespace yorozu::net {

/// Where to listen: an address to bind (port 0: a free one), or a socket that is bound already.
using ListenOn = std::variant<Endpoint, Fd>;

Result<Fd> listen_tcp(ListenOn on, int backlog = 1024);
Result<Fd> bind_udp(ListenOn on);
/// Address and port that a socket really has.
Result<Endpoint> local_endpoint(const Fd& socket);

/// Asks for a receive buffer of `wanted` bytes and returns what the kernel granted. Privilege (CAP_NET_ADMIN) goes
/// beyond net.core.rmem_max.
std::uint32_t grow_receive_buffer(const Fd& socket, std::uint32_t wanted);
/// Finds peers that vanished without a word within about two minutes.
void keep_alive(const Fd& socket);

/// Raises the soft limit of open files to the hard one; returns what it is now.
std::uint64_t raise_file_limit();

}  // namespace yorozu::net
