#include "ingest/source_profile.h"

#include <algorithm>

namespace yorozu::ingest {

void SourceProfiles::add(const net::Network& network, SourceProfile profile) {
  const auto at =
      std::ranges::find_if(networks_, [&](const auto& known) { return known.first.prefix() < network.prefix(); });
  networks_.emplace(at, network, std::move(profile));
}

const SourceProfile& SourceProfiles::of(const net::Address& peer) const {
  const auto found = std::ranges::find_if(networks_, [&](const auto& known) { return known.first.contains(peer); });
  return found == networks_.end() ? others_ : found->second;
}

const SourceProfile& SourceProfiles::of(std::string_view peer) const {
  if (networks_.empty()) return others_;
  const auto address = net::parse_address(peer);
  return address ? of(*address) : others_;
}

}  // namespace yorozu::ingest
