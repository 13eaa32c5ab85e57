/// Senders of syslog, small and by hand, so that the test knows exactly what was acknowledged.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"
#include "running_server.h"

namespace yorozu::test {

Fd connect_tcp(std::uint16_t port);
void send_all(const Fd& socket, const std::string& text);
void send_datagram(std::uint16_t port, const std::string& text);

/// RELP, one message at a time.
class RelpSender {
 public:
  explicit RelpSender(std::uint16_t port);
  /// True: the server has answered 200 for it.
  bool send(const std::string& message);
  bool is_open() const { return open_; }

 private:
  bool command(const std::string& name, const std::string& data);
  Fd socket_;
  unsigned number_ = 0;
  bool open_ = false;
};

/// curl with the server's own authority; gives the status of the answer.
std::string post(const RunningServer& server, const std::string& listener, const std::string& path,
                 const std::string& authorization, const std::string& body);
std::string new_token(const RunningServer& server, const std::string& scope);

}  // namespace yorozu::test
