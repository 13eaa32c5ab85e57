#include "event/source_class.h"

#include <gtest/gtest.h>

namespace yorozu::event {
namespace {

TEST(SourceClass, WordsReadBackAndOthersAreRefused) {
  for (std::size_t i = 0; i < kSourceClasses; ++i) {
    const auto source_class = static_cast<SourceClass>(i);
    EXPECT_EQ(parse_source_class(to_string(source_class)), source_class);
  }
  EXPECT_EQ(parse_source_class("Firewall"), std::nullopt);
  EXPECT_EQ(parse_source_class(""), std::nullopt);
}

TEST(SourceClass, EachIsKeptWithItsGroup) {
  using enum SourceClass;
  for (const SourceClass network : {Firewall, Proxy, Dns, Dhcp, Vpn, Ids})
    EXPECT_EQ(retention_group_of(network), RetentionGroup::Network) << to_string(network);
  for (const SourceClass identity : {Auth, Entry, Mail})
    EXPECT_EQ(retention_group_of(identity), RetentionGroup::Identity) << to_string(identity);
  for (const SourceClass host : {FileServer, Endpoint, Server, Web, Other})
    EXPECT_EQ(retention_group_of(host), RetentionGroup::Host) << to_string(host);
  EXPECT_EQ(retention_group_of(Yorozu), RetentionGroup::Yorozu);
}

TEST(RetentionGroup, WordsReadBack) {
  for (const RetentionGroup group : kAllRetentionGroups) EXPECT_EQ(parse_retention_group(to_string(group)), group);
  EXPECT_EQ(parse_retention_group("all"), std::nullopt);
}

}  // namespace
}  // namespace yorozu::event
