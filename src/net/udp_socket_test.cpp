#include "net/udp_socket.h"

#include <gtest/gtest.h>

#include "net/test_client.h"

namespace yorozu::net {
namespace {

using testing::TestClient;

const Endpoint kAnyPort{.address = Address::loopback(), .port = 0};

std::vector<std::string> receive_all(UdpSocket& socket) {
  std::vector<std::string> texts;
  for (auto got = socket.receive(); !got.empty(); got = socket.receive())
    for (const Datagram& datagram : got) texts.emplace_back(datagram.bytes);
  return texts;
}

TEST(UdpSocket, GivesDatagramsInOrderWithTheirSender) {
  auto socket = UdpSocket::open(kAnyPort, 1 << 20);
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_TRUE(socket->receive().empty());
  const TestClient client = TestClient::udp(socket->local());
  std::vector<std::string> sent;
  for (int i = 0; i < 600; ++i) {
    sent.push_back("message " + std::to_string(i));
    client.send(sent.back());
  }
  const auto first = socket->receive();
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(first.front().from, Address::loopback());
  std::vector<std::string> got;
  for (const Datagram& datagram : first) got.emplace_back(datagram.bytes);
  for (std::string& text : receive_all(*socket)) got.push_back(std::move(text));
  EXPECT_EQ(got, sent);
  EXPECT_EQ(socket->take_kernel_drops(), 0U);
}

TEST(UdpSocket, TheLongestDatagramComesWhole) {
  auto socket = UdpSocket::open(kAnyPort, 1 << 20);
  ASSERT_TRUE(socket);
  const TestClient client = TestClient::udp(socket->local());
  ASSERT_TRUE(client.send(std::string(65507, 'x')));
  EXPECT_EQ(receive_all(*socket).front().size(), 65507U);
}

TEST(UdpSocket, WhatTheKernelDropsIsCountedExactly) {
  auto socket = UdpSocket::open(kAnyPort, 4096);
  ASSERT_TRUE(socket);
  const TestClient client = TestClient::udp(socket->local());
  constexpr std::size_t kSent = 2000;
  for (std::size_t i = 0; i < kSent; ++i) client.send(std::string(200, 'x'));
  const std::size_t got = receive_all(*socket).size();
  EXPECT_LT(got, kSent);
  EXPECT_EQ(got + socket->take_kernel_drops(), kSent);
  EXPECT_EQ(socket->take_kernel_drops(), 0U);
}

TEST(UdpSocket, AnIPv6SocketTakesBothFamilies) {
  auto socket = UdpSocket::open(Endpoint{.address = Address::v6({})}, 1 << 20);
  if (!socket) GTEST_SKIP() << "no IPv6 here: " << socket.error().message;
  const TestClient client = TestClient::udp({.address = Address::loopback(), .port = socket->local().port});
  client.send("hello");
  const auto got = socket->receive();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got.front().from.text(), "127.0.0.1");
}

}  // namespace
}  // namespace yorozu::net
