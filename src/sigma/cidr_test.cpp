#include "sigma/cidr.h"

#include <gtest/gtest.h>

namespace yorozu::sigma {
namespace {

bool in(std::string_view network, std::string_view address) {
  const auto parsed = parse_cidr(network);
  if (!parsed) {
    ADD_FAILURE() << parsed.error().message;
    return false;
  }
  return contains(*parsed, address);
}

TEST(SigmaCidr, HoldsAddressesOfItsNetwork) {
  EXPECT_TRUE(in("10.0.0.0/8", "10.255.3.4"));
  EXPECT_FALSE(in("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(in("192.168.1.128/25", "192.168.1.200"));
  EXPECT_FALSE(in("192.168.1.128/25", "192.168.1.100"));
  EXPECT_TRUE(in("0.0.0.0/0", "8.8.8.8"));
  EXPECT_TRUE(in("127.0.0.1/32", "127.0.0.1"));
  EXPECT_TRUE(in("127.0.0.1", "127.0.0.1"));
}

TEST(SigmaCidr, KnowsIpv6) {
  EXPECT_TRUE(in("fe80::/10", "fe80::1"));
  EXPECT_TRUE(in("fe80::/10", "febf::1%12"));
  EXPECT_FALSE(in("fe80::/10", "fec0::1"));
  EXPECT_TRUE(in("::1/128", "0:0:0:0:0:0:0:1"));
  EXPECT_FALSE(in("::/0", "10.0.0.1"));
}

TEST(SigmaCidr, ReadsMappedAddressesAsIpv4) {
  EXPECT_TRUE(in("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(in("10.0.0.0/8", "::ffff:11.1.2.3"));
  EXPECT_TRUE(in("::ffff:0:0/96", "::ffff:10.1.2.3"));
}

TEST(SigmaCidr, HostBitsAreRefused) {
  EXPECT_FALSE(parse_cidr("10.0.0.1/8"));
  EXPECT_FALSE(parse_cidr("192.168.1.129/25"));
  EXPECT_FALSE(parse_cidr("fe80::1/10"));
  EXPECT_FALSE(parse_cidr("::1/127"));
}

TEST(SigmaCidr, WhatIsNoNetworkIsRefused) {
  for (const char* text :
       {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0/8", "fe80::/129", "10.0.0.*", "fe80::%1/10"})
    EXPECT_FALSE(parse_cidr(text)) << text;
}

TEST(SigmaCidr, AFieldThatIsNoAddressDoesNotMatch) {
  EXPECT_FALSE(in("0.0.0.0/0", ""));
  EXPECT_FALSE(in("0.0.0.0/0", "-"));
  EXPECT_FALSE(in("0.0.0.0/0", "10.0.0.1:443"));
  EXPECT_FALSE(in("0.0.0.0/0", std::string(1000, '1')));
}

}  // namespace
}  // namespace yorozu::sigma
