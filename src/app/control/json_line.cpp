#include "app/control/json_line.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/try.h"

namespace yorozu::control {

using nlohmann::json;

Result<bool> LineReader::fill() {
  char bytes[64 * 1024];
  iovec part{bytes, sizeof bytes};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  while ((got = recvmsg(fd_, &message, MSG_CMSG_CLOEXEC)) < 0) {
    if (errno == ECONNRESET) return false;
    if (errno != EINTR) return fail(ErrorCode::Io, std::string("control socket: ") + std::strerror(errno));
  }
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    passed_ = Fd(fd);
  }
  buffer_.append(bytes, static_cast<std::size_t>(got));
  return got != 0;
}

Result<std::optional<json>> LineReader::next() {
  std::size_t searched = 0, end = 0;
  while ((end = buffer_.find('\n', searched)) == std::string::npos) {
    searched = buffer_.size();
    if (buffer_.size() > kMaxLine) return fail(ErrorCode::Overloaded, "control socket: a line is too long");
    TRY_ASSIGN(const bool more, fill());
    if (!more) return std::nullopt;  // half a line is none
  }
  if (end > kMaxLine) return fail(ErrorCode::Overloaded, "control socket: a line is too long");
  text_.assign(buffer_, 0, end);
  buffer_.erase(0, end + 1);
  json object = json::parse(text_, nullptr, false);
  if (!object.is_object()) return fail(ErrorCode::InvalidInput, "control socket: not a JSON object");
  return object;
}

Result<void> write_line(int fd, const json& object, int passed) {
  const std::string line = object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  for (std::size_t at = 0; at < line.size();) {
    iovec part{const_cast<char*>(line.data()) + at, line.size() - at};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (passed >= 0 && at == 0) {
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
    }
    const ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return fail(ErrorCode::Io, std::string("control socket: ") + std::strerror(errno));
    at += static_cast<std::size_t>(sent);
  }
  return {};
}

}  // namespace yorozu::control
