#include "sender.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace yorozu::test {

namespace {

sockaddr_in here(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

Fd connect_tcp(std::uint16_t port) {
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = here(port);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return fd;
}

void send_all(const Fd& socket, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t sent = ::send(socket.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) return;
    at += static_cast<std::size_t>(sent);
  }
}

void send_datagram(std::uint16_t port, const std::string& text) {
  const Fd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = here(port);
  sendto(fd.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

RelpSender::RelpSender(std::uint16_t port) : socket_(connect_tcp(port)) {
  open_ = socket_ && command("open", "relp_version=0\nrelp_software=test\ncommands=syslog");
}

bool RelpSender::send(const std::string& message) {
  open_ = open_ && command("syslog", message);
  return open_;
}

bool RelpSender::command(const std::string& name, const std::string& data) {
  const std::string number = std::to_string(++number_);
  send_all(socket_, number + " " + name + " " + std::to_string(data.size()) + " " + data + "\n");
  std::string answer;
  constexpr int kPatienceMs = 30'000;
  // Answers end with LF, but that of `open` has some inside: its length says where it ends.
  for (;;) {
    pollfd fd{socket_.get(), POLLIN, 0};
    char bytes[4096];
    if (poll(&fd, 1, kPatienceMs) <= 0) return false;
    const ssize_t got = recv(socket_.get(), bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    answer.append(bytes, static_cast<std::size_t>(got));
    const std::string head = number + " rsp ";
    if (!answer.starts_with(head)) continue;
    const std::size_t space = answer.find(' ', head.size());
    if (space == std::string::npos) continue;
    const std::size_t length = std::stoul(answer.substr(head.size(), space - head.size()));
    if (answer.size() < space + 1 + length + 1) continue;
    return answer.compare(space + 1, 3, "200") == 0;
  }
}

std::string post(const RunningServer& server, const std::string& listener, const std::string& path,
                 const std::string& authorization, const std::string& body) {
  const TempDir folder = *TempDir::make();
  EXPECT_TRUE(write_file_atomic(folder.path() / "body", body));
  const std::string command =
      "/usr/bin/curl -s -o /dev/null -w '%{http_code}' --cacert " + server.data() +
      "/certs/ca.crt -H 'Content-Type: application/x-ndjson' -H 'Authorization: " + authorization +
      "' --data-binary @" + (folder.path() / "body").string() +
      " 'https://127.0.0.1:" + std::to_string(server.port(listener)) + path + "'";
  FILE* const pipe = popen(command.c_str(), "r");
  char status[8] = {};
  if (fgets(status, sizeof status, pipe) == nullptr) status[0] = '\0';
  pclose(pipe);
  return status;
}
std::string new_token(const RunningServer& server, const std::string& scope) {
  const Outcome made = server.command({"token", "add", scope, "--scopes", scope});
  return made.out.substr(0, made.out.find('\n'));
}

}  // namespace yorozu::test
