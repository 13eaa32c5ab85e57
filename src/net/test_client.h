/// The other side of a socket, for tests: blocking, with a time limit on every read.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "base/file.h"
#include "net/address.h"

namespace yorozu::net::testing {

class TestClient {
 public:
  static TestClient tcp(const Endpoint& to) { return TestClient(to, SOCK_STREAM); }
  static TestClient udp(const Endpoint& to) { return TestClient(to, SOCK_DGRAM); }

  bool is_connected() const { return connected_; }
  int descriptor() const { return fd_.get(); }
  /// False when the peer has closed.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// What arrives until `enough` says so, the peer closes, or ten seconds have passed.
  std::string receive_until(const std::function<bool(const std::string&)>& enough) const {
    std::string all;
    std::array<char, 65536> chunk;
    while (!enough(all)) {
      const auto n = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
      if (n <= 0) break;
      all.append(chunk.data(), static_cast<std::size_t>(n));
    }
    return all;
  }
  std::string receive_to_end() const {
    return receive_until([](const std::string&) { return false; });
  }
  /// The peer has closed (or reset) the connection, within ten seconds.
  bool is_closed_by_peer() const {
    char byte = 0;
    const auto n = ::recv(fd_.get(), &byte, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
  }
  void half_close() const { ::shutdown(fd_.get(), SHUT_WR); }

 private:
  TestClient(const Endpoint& to, int type) : fd_(::socket(to.address.is_v4() ? AF_INET : AF_INET6, type, 0)) {
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (to.address.is_v4()) {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      v4.sin_port = htons(to.port);
      std::memcpy(&v4.sin_addr, to.address.bytes().data() + 12, 4);
      if (v4.sin_addr.s_addr == 0) v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&v4), sizeof v4) == 0;
    } else {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(to.port);
      std::memcpy(&v6.sin6_addr, to.address.bytes().data(), 16);
      connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&v6), sizeof v6) == 0;
    }
  }

  Fd fd_;
  bool connected_ = false;
};

/// Polls until `condition` holds; false after `limit`.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace yorozu::net::testing
