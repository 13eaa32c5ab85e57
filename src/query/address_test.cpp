#include "query/address.h"

#include <gtest/gtest.h>

namespace yorozu::query {
namespace {

bool inside(std::string_view network, std::string_view address) {
  return contains(parse_network(network).value(), parse_address(address).value());
}

TEST(QueryAddress, NetworkHoldsItsAddressesAndNoOthers) {
  EXPECT_TRUE(inside("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(inside("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(inside("192.0.2.7/32", "192.0.2.7"));
  EXPECT_TRUE(inside("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(inside("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(inside("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(QueryAddress, HostBitsAreClearedSoThatACarelessNetworkStillWorks) {
  EXPECT_TRUE(inside("10.1.2.3/16", "10.1.9.9"));
}

TEST(QueryAddress, MappedIpv4IsTheSameAddress) {
  EXPECT_TRUE(inside("10.0.0.0/8", "::ffff:10.1.2.3"));
}

TEST(QueryAddress, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "10.0.0", "10.0.0.0.1", "a.b.c.d", "10.0.0.1 ", "12345678901234567890123456789012345678901234567890"})
    EXPECT_FALSE(parse_address(text)) << text;
  for (const char* text : {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "2001:db8::/129"})
    EXPECT_FALSE(parse_network(text)) << text;
}

TEST(QueryAddress, TextReadsBack) {
  for (const char* text : {"10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::/0"})
    EXPECT_EQ(to_text(parse_network(text).value()), text);
}

}  // namespace
}  // namespace yorozu::query
