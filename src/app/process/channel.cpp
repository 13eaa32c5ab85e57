#include "app/process/channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/passed_fd.h"

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
  if (send_with_fd(fd_.get(), bytes, fd, MSG_DONTWAIT) < 0)
    return fail(ErrorCode::Io, std::string("message to another process: ") + std::strerror(errno));
  return {};
}

Result<std::optional<Message>> Channel::receive() const {
  std::string bytes(kMaxBytes, '\0');
  Message out;
  const ssize_t got = receive_with_fd(fd_.get(), bytes, out.fd);
  if (got < 0 && errno == ECONNRESET) return std::nullopt;
  if (got < 0) return fail(ErrorCode::Io, std::string("message of another process: ") + std::strerror(errno));
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
