/// Datagrams in batches (recvmmsg), with the kernel's count of those it had to drop (SO_RXQ_OVFL). On one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "net/address.h"
#include "net/socket.h"

namespace yorozu::net {

struct Datagram {
  std::string_view bytes;  ///< valid until the next receive()
  Address from;
};

class UdpSocket {
 public:
  static constexpr std::size_t kBatch = 256;  ///< datagrams in one receive()

  /// `buffer`: bytes wanted in the kernel (SO_RCVBUF).
  static Result<UdpSocket> open(ListenOn on, std::uint32_t buffer);
  UdpSocket(UdpSocket&&) noexcept;
  ~UdpSocket();

  /// What has arrived, without waiting; empty when nothing has.
  std::span<const Datagram> receive();
  /// Datagrams that the kernel dropped for lack of room since the last call. SO_RXQ_OVFL comes with the next datagram
  /// only, so this asks the socket itself (SO_MEMINFO) where the kernel can tell.
  std::uint64_t take_kernel_drops();

  int descriptor() const;
  Endpoint local() const;
  std::uint32_t granted_buffer() const;  ///< bytes

 private:
  struct Impl;
  explicit UdpSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::net
