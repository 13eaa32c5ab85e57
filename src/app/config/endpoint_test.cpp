#include "app/config/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yorozu::config {
namespace {

using testing::HasSubstr;

TEST(Endpoint, ReadsBothKindsOfAddressAndWritesThemBack) {
  for (const char* text : {"0.0.0.0:514", "[::]:6514", "192.168.1.10:0", "[fd00::1]:65535"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(to_text(*endpoint), text);
  }
}

TEST(Endpoint, RefusesWhatCouldMeanSomethingElse) {
  for (const char* text : {"", "514", "0.0.0.0", ":514", "localhost:514", "::1:514", "[127.0.0.1]:1", "1.2.3.4:65536",
                           "1.2.3.4:-1", "1.2.3.4:", "1.2.3:4", "1.2.3.4:5x"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
}

TEST(Network, ReadsNetworksAndSingleAddresses) {
  for (const char* text : {"192.168.1.0/24", "0.0.0.0/0", "fd00::/8", "::/0", "127.0.0.0/8", "10.1.2.3/32"}) {
    const auto network = parse_network(text);
    ASSERT_TRUE(network) << text;
    EXPECT_EQ(to_text(*network), text);
  }
  EXPECT_EQ(to_text(*parse_network("10.1.2.3")), "10.1.2.3/32");
  EXPECT_EQ(to_text(*parse_network("::1")), "::1/128");
}

TEST(Network, NamesTheNetworkThatWasProbablyMeant) {
  const auto network = parse_network("192.168.1.7/24");
  ASSERT_FALSE(network);
  EXPECT_THAT(network.error().message, HasSubstr("192.168.1.0/24"));
}

TEST(Network, RefusesLengthsThatAreNone) {
  for (const char* text : {"1.2.3.4/33", "::/129", "1.2.3.4/", "1.2.3.4/x", "/8", "", "1.2.3/8", "1.2.3.4/-1"})
    EXPECT_FALSE(parse_network(text)) << text;
}

}  // namespace
}  // namespace yorozu::config
