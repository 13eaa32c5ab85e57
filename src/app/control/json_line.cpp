#include "app/control/json_line.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/passed_fd.h"
#include "base/try.h"

namespace yorozu::control {

using nlohmann::json;

Result<bool> LineReader::fill() {
  std::array<char, std::size_t{64} * 1024> bytes;
  const ssize_t got = receive_with_fd(fd_, bytes, passed_);
  if (got < 0 && errno == ECONNRESET) return false;
  if (got < 0) return fail(ErrorCode::Io, std::string("control socket: ") + std::strerror(errno));
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
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
  return write_text_line(fd, object.dump(-1, ' ', false, json::error_handler_t::replace), passed);
}

Result<void> write_text_line(int fd, std::string_view text, int passed) {
  const std::string line = std::string(text) + "\n";
  for (std::size_t at = 0; at < line.size();) {
    const ssize_t sent = send_with_fd(fd, std::string_view(line).substr(at), at == 0 ? passed : -1);
    if (sent < 0) return fail(ErrorCode::Io, std::string("control socket: ") + std::strerror(errno));
    at += static_cast<std::size_t>(sent);
  }
  return {};
}

}  // namespace yorozu::control
