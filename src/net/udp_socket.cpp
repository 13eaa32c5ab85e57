#include "net/udp_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <vector>

#include "base/try.h"

namespace yorozu::net {
namespace {

constexpr std::size_t kMaxDatagram = 65536;
// linux/sock_diag.h: place of the drop counter in what SO_MEMINFO gives. That header and ours disagree on nothing, but
// it is not part of every libc.
constexpr std::size_t kMemInfoDrops = 8;
constexpr std::size_t kMemInfoVars = 9;

}  // namespace

struct UdpSocket::Impl {
  Fd socket;
  Endpoint local;
  std::uint32_t granted = 0;
  // 16 MiB of addresses, of which only the pages that datagrams really fill are ever touched.
  std::unique_ptr<char[]> memory = std::make_unique_for_overwrite<char[]>(kBatch * kMaxDatagram);
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> pieces{};
  std::array<sockaddr_in6, kBatch> senders{};
  struct alignas(cmsghdr) Control {
    std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> bytes;
  };
  std::array<Control, kBatch> controls{};
  std::vector<Datagram> datagrams = std::vector<Datagram>(kBatch);
  std::uint32_t drops_seen = 0;  ///< the kernel's counter, which wraps
  std::uint32_t drops_taken = 0;

  void prepare(std::size_t i) {
    pieces[i] = {.iov_base = memory.get() + i * kMaxDatagram, .iov_len = kMaxDatagram};
    messages[i].msg_hdr = {.msg_name = &senders[i],
                           .msg_namelen = sizeof senders[i],
                           .msg_iov = &pieces[i],
                           .msg_iovlen = 1,
                           .msg_control = controls[i].bytes.data(),
                           .msg_controllen = controls[i].bytes.size(),
                           .msg_flags = 0};
  }
  void read_drops(msghdr& header) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c))
      if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
        std::memcpy(&drops_seen, CMSG_DATA(c), sizeof drops_seen);
  }
};

UdpSocket::UdpSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UdpSocket::UdpSocket(UdpSocket&&) noexcept = default;
UdpSocket::~UdpSocket() = default;

Result<UdpSocket> UdpSocket::open(ListenOn on, std::uint32_t buffer) {
  auto impl = std::make_unique<Impl>();
  TRY_ASSIGN(impl->socket, bind_udp(std::move(on)));
  TRY_ASSIGN(impl->local, local_endpoint(impl->socket));
  impl->granted = grow_receive_buffer(impl->socket, buffer);
  const int on_value = 1;
  (void)::setsockopt(impl->socket.get(), SOL_SOCKET, SO_RXQ_OVFL, &on_value, sizeof on_value);
  for (std::size_t i = 0; i < kBatch; ++i) impl->prepare(i);
  return UdpSocket(std::move(impl));
}

std::span<const Datagram> UdpSocket::receive() {
  Impl& s = *impl_;
  const int n = ::recvmmsg(s.socket.get(), s.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (n <= 0) return {};  // nothing there; errors of UDP (an ICMP message, say) are nobody's loss
  const auto count = static_cast<std::size_t>(n);
  for (std::size_t i = 0; i < count; ++i) {
    s.datagrams[i] = {.bytes = {s.memory.get() + i * kMaxDatagram, s.messages[i].msg_len},
                      .from = from_sockaddr(reinterpret_cast<const sockaddr*>(&s.senders[i])).address};
    s.read_drops(s.messages[i].msg_hdr);
    s.prepare(i);
  }
  return {s.datagrams.data(), count};
}

std::uint64_t UdpSocket::take_kernel_drops() {
  std::array<std::uint32_t, kMemInfoVars> info{};
  socklen_t size = sizeof info;
  if (::getsockopt(impl_->socket.get(), SOL_SOCKET, SO_MEMINFO, info.data(), &size) == 0 && size >= sizeof info)
    impl_->drops_seen = info[kMemInfoDrops];
  const std::uint32_t fresh = impl_->drops_seen - impl_->drops_taken;  // wraps as the counter does
  impl_->drops_taken = impl_->drops_seen;
  return fresh;
}

int UdpSocket::descriptor() const {
  return impl_->socket.get();
}
Endpoint UdpSocket::local() const {
  return impl_->local;
}
std::uint32_t UdpSocket::granted_buffer() const {
  return impl_->granted;
}

}  // namespace yorozu::net
