#include "app/control/client.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/try.h"

namespace yorozu::control {

namespace {

using nlohmann::json;

ErrorCode code_of(std::string_view word) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i)
    if (const auto code = static_cast<ErrorCode>(i); to_string(code) == word) return code;
  return ErrorCode::Internal;
}

std::unexpected<Error> connect_error(const std::filesystem::path& socket, int error) {
  const ErrorCode code = error == ENOENT || error == ECONNREFUSED || error == ENOTDIR ? ErrorCode::NotFound
                         : error == EACCES                                            ? ErrorCode::Denied
                                                                                      : ErrorCode::Io;
  return fail(code, socket.string() + ": " + std::strerror(error));
}

}  // namespace

Result<Client> Client::connect(const std::filesystem::path& socket) {
  const Fd folder(::open(socket.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return connect_error(socket, errno);
  const std::string path = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + socket.filename().string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return connect_error(socket, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return connect_error(socket, errno);
  return Client(std::move(fd));
}

Result<json> Client::call(const json& request, int passed, const std::function<bool(const json&)>& each) const {
  return exchange(request, passed, [&](const json& line, std::string_view) { return !each || each(line); });
}

Result<json> Client::call_for_text(const json& request, const std::function<bool(std::string_view)>& each) const {
  return exchange(request, -1, [&](const json&, std::string_view text) { return each(text); });
}

Result<json> Client::exchange(const json& request, int passed, const OnLine& each) const {
  TRY(write_line(fd_.get(), request, passed));
  LineReader reader(fd_.get());
  for (;;) {
    TRY_ASSIGN(auto line, reader.next());
    if (!line) return fail(ErrorCode::Io, "the server has closed the connection");
    const auto ok = line->find("ok");
    if (ok == line->end()) {
      if (!each(*line, reader.text())) return fail(ErrorCode::Cancelled, "stopped");
      continue;
    }
    if (*ok == true) return std::move(*line);
    const json error = line->value("error", json::object());
    return fail(code_of(error.value("code", "")), error.value("message", ""));
  }
}

}  // namespace yorozu::control
