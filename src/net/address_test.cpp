#include "net/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace yorozu::net {
namespace {

TEST(Address, TextIsRfc5952) {
  const std::pair<const char*, const char*> cases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // one zero alone is not shortened
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // the first of equal runs
      {"::ffff:192.0.2.128", "192.0.2.128"},
      {"fe80::1%3", "fe80::1%3"},
      {"::", "::"},
  };
  for (const auto& [in, out] : cases) {
    const auto address = parse_address(in);
    ASSERT_TRUE(address) << in;
    EXPECT_EQ(address->text(), out);
  }
}

TEST(Address, WhatIsNoneIsRefused) {
  for (const char* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", ":::", "fe80::1%eth0", "1.2.3.4%1"})
    EXPECT_FALSE(parse_address(text)) << text;
}

TEST(Endpoint, ReadsAndWritesBothFamilies) {
  for (const char* text : {"0.0.0.0:514", "[::]:6514", "[2001:db8::1]:65535"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  for (const char* text : {"514", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "::1:514", "[::1]", "1.2.3.4:-1"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
}

TEST(Network, HoldsItsAddressesAndNoOthers) {
  struct Case {
    const char *network, *address;
    bool inside;
  };
  const Case cases[] = {
      {"192.0.2.0/24", "192.0.2.255", true},
      {"192.0.2.0/24", "192.0.3.0", false},
      {"192.0.2.64/26", "192.0.2.127", true},
      {"192.0.2.64/26", "192.0.2.128", false},
      {"192.0.2.7", "192.0.2.7", true},
      {"192.0.2.7", "192.0.2.6", false},
      {"0.0.0.0/0", "255.255.255.255", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"2001:db8::/33", "2001:db8:7fff::", true},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"::/0", "2001:db8::1", true},
  };
  for (const Case& c : cases) {
    const auto network = parse_network(c.network);
    ASSERT_TRUE(network) << c.network;
    EXPECT_EQ(network->contains(*parse_address(c.address)), c.inside) << c.network << " " << c.address;
  }
  EXPECT_EQ(parse_network("10.0.0.0/8")->text(), "10.0.0.0/8");
}

TEST(Network, BitsBehindThePrefixAreAMistakeThatIsSaid) {
  const auto network = parse_network("192.0.2.1/24");
  ASSERT_FALSE(network);
  EXPECT_NE(network.error().message.find("192.0.2.1/24"), std::string::npos);
  for (const char* text : {"192.0.2.0/33", "192.0.2.0/", "/8", "2001:db8::/129", "192.0.2.0/x"})
    EXPECT_FALSE(parse_network(text)) << text;
}

TEST(AllowList, WithoutEntriesEverybodyMay) {
  EXPECT_TRUE(AllowList().allows(Address::loopback()));
  const AllowList list({*parse_network("10.0.0.0/8"), *parse_network("2001:db8::/32")});
  EXPECT_TRUE(list.allows(*parse_address("10.1.2.3")));
  EXPECT_TRUE(list.allows(*parse_address("2001:db8::5")));
  EXPECT_FALSE(list.allows(*parse_address("11.0.0.1")));
}

TEST(Address, AnIPv4PeerOfAnIPv6SocketIsAnIPv4Address) {
  sockaddr_in6 mapped{};
  mapped.sin6_family = AF_INET6;
  mapped.sin6_port = htons(99);
  ASSERT_EQ(::inet_pton(AF_INET6, "::ffff:192.0.2.9", &mapped.sin6_addr), 1);
  const Endpoint endpoint = from_sockaddr(reinterpret_cast<const sockaddr*>(&mapped));
  EXPECT_EQ(endpoint.text(), "192.0.2.9:99");
  EXPECT_TRUE(parse_network("192.0.2.0/24")->contains(endpoint.address));
}

}  // namespace
}  // namespace yorozu::net
