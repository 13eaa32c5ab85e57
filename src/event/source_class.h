/// What kind of device or service a log comes from, and for how long such logs are kept together. The list is closed:
/// retention, coverage facts and advice are made per class, so a class that nobody expects would be kept by nobody.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace yorozu::event {

enum class SourceClass : std::uint8_t {
  Firewall,
  Proxy,
  Auth,
  Dns,
  Dhcp,
  Mail,
  Vpn,
  FileServer,
  Endpoint,
  Server,
  Web,
  Entry,  ///< doors: entry and exit systems of buildings
  Ids,
  Other,
  Yorozu,  ///< what this program writes about itself: audit, findings, facts
};
inline constexpr std::size_t kSourceClasses = 15;

/// What expires together. The numbers stand in journal records (docs/formats/journal.md): never change them.
enum class RetentionGroup : std::uint8_t { Network = 0, Identity = 1, Host = 2, Yorozu = 3 };
inline constexpr std::size_t kRetentionGroups = 4;
inline constexpr std::array<RetentionGroup, kRetentionGroups> kAllRetentionGroups = {
    RetentionGroup::Network, RetentionGroup::Identity, RetentionGroup::Host, RetentionGroup::Yorozu};

/// "firewall", "fileserver" ...
std::string_view to_string(SourceClass source_class);
std::optional<SourceClass> parse_source_class(std::string_view word);

/// "network", "identity", "host", "yorozu"
std::string_view to_string(RetentionGroup group);
std::optional<RetentionGroup> parse_retention_group(std::string_view word);

/// network = firewall, proxy, dns, dhcp, vpn, ids; identity = auth, entry, mail; yorozu = yorozu; host = the rest.
RetentionGroup retention_group_of(SourceClass source_class);

}  // namespace yorozu::event
