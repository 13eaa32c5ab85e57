#include "control_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace yorozu::test {

using nlohmann::json;

ControlClient::ControlClient(const std::string& data) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = data + "/run/control.sock";
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) socket_ = Fd();
}

void ControlClient::send(const json& request) const {
  (void)write_all(socket_, request.dump() + "\n");
}

std::optional<json> ControlClient::next() {
  constexpr int kMinuteMs = 60'000;
  for (;;) {
    if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
      json line = json::parse(text_.substr(0, end));
      text_.erase(0, end + 1);
      return line;
    }
    pollfd fd{socket_.get(), POLLIN, 0};
    char bytes[16 * 1024];
    if (!socket_ || poll(&fd, 1, kMinuteMs) <= 0) return std::nullopt;
    const ssize_t got = ::read(socket_.get(), bytes, sizeof bytes);
    if (got <= 0) return std::nullopt;
    text_.append(bytes, static_cast<std::size_t>(got));
  }
}

std::vector<json> ControlClient::ask(const json& request) {
  std::vector<json> lines;
  send(request);
  while (auto line = next()) {
    lines.push_back(std::move(*line));
    if (lines.back().contains("ok")) break;
  }
  return lines;
}

std::vector<std::string> Found::raws() const {
  std::vector<std::string> out;
  for (const json& row : rows) out.push_back(row.at("raw"));
  return out;
}

Found search(const std::string& data, const json& question) {
  Found found;
  for (json& line : ControlClient(data).ask({{"do", "search"}, {"search", question}})) {
    if (line.contains("row")) found.rows.push_back(std::move(line["row"]));
    if (line.contains("done")) found.done = std::move(line["done"]);
    if (line.contains("error") && !line.contains("ok")) found.error = std::move(line["error"]);
    if (line.contains("ok")) found.answer = std::move(line);
  }
  return found;
}

}  // namespace yorozu::test
