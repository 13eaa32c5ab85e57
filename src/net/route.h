/// How others reach this machine.
#pragma once

#include <optional>
#include <string>

#include "net/address.h"

namespace yorozu::net {

/// The own address from which packets to `peer` would leave; nothing is sent. nullopt: no way there.
std::optional<std::string> source_address_towards(const Address& peer);
std::string name_of_this_machine();

}  // namespace yorozu::net
