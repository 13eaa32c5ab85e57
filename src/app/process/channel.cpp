#include "app/process/channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace yorozu::process {

Result<std::pair<Channel, Channel>> Channel::make_pair() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
    return fail(ErrorCode::Io, std::string("socketpair: ") + std::strerror(errno));
  return std::pair(Channel(Fd(fds[0])), Channel(Fd(fds[1])));
}

Result<void> Channel::send(const std::vector<std::string>& words, int fd) const {
  std::string bytes;
  for (const std::string& word : words) bytes.append(word).push_back('\0');
  if (bytes.size() > kMaxBytes) return fail(ErrorCode::Overloaded, "message to another process is too long");
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  while (sendmsg(fd_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    if (errno != EINTR) return fail(ErrorCode::Io, std::string("message to another process: ") + std::strerror(errno));
  return {};
}

Result<std::optional<Message>> Channel::receive() const {
  std::string bytes(kMaxBytes, '\0');
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  while ((got = recvmsg(fd_.get(), &message, MSG_CMSG_CLOEXEC)) < 0)
    if (errno == ECONNRESET)
      return std::nullopt;
    else if (errno != EINTR)
      return fail(ErrorCode::Io, std::string("message of another process: ") + std::strerror(errno));
  Message out;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    out.fd = Fd(fd);
  }
  if (got == 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(got));
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\0', at), bytes.size());
    out.words.push_back(bytes.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace yorozu::process
