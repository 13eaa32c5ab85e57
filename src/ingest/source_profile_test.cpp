#include "ingest/source_profile.h"

#include <gtest/gtest.h>

namespace yorozu::ingest {
namespace {

using event::SourceClass;

TEST(SourceProfiles, TheSmallestNetworkThatHasThePeerCounts) {
  SourceProfiles profiles({.source_class = SourceClass::Server});
  profiles.add(*net::parse_network("192.0.2.0/24"), {.source_class = SourceClass::Firewall});
  profiles.add(*net::parse_network("192.0.2.7"), {.source_class = SourceClass::Vpn});
  profiles.add(*net::parse_network("192.0.0.0/16"), {.source_class = SourceClass::Proxy});
  const auto class_of = [&](std::string_view peer) { return profiles.of(peer).source_class; };
  EXPECT_EQ(class_of("192.0.2.7"), SourceClass::Vpn);
  EXPECT_EQ(class_of("::ffff:192.0.2.7"), SourceClass::Vpn);
  EXPECT_EQ(class_of("192.0.2.8"), SourceClass::Firewall);
  EXPECT_EQ(class_of("192.0.3.1"), SourceClass::Proxy);
  EXPECT_EQ(class_of("2001:db8::1"), SourceClass::Server);
  EXPECT_EQ(class_of("CN=pc1"), SourceClass::Server);
}

}  // namespace
}  // namespace yorozu::ingest
