/// Whom an event speaks of: hosts, addresses, users, devices. Pure: an event in, names out.
///
/// Names are found by what a field is called, in ECS and in the names that sources and Sigma use, and by what its value
/// looks like: an address has to read as one. Names of users are as somebody typed them: who tries names at an open SSH
/// port gets them listed, each with its count.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace yorozu::inventory {

/// Numbers stand in the database: never change them.
enum class Kind : std::uint8_t {
  Host = 1,
  Address = 2,  ///< in a private network (RFC 1918, RFC 4193, link-local, RFC 6598)
  PublicAddress = 3,
  User = 4,
  Device = 5,  ///< by its MAC address
  Sender = 6,  ///< who sent us logs: address or TLS subject of the connection
};
inline constexpr std::size_t kKinds = 6;
std::string_view to_string(Kind kind);

/// Canonical spelling of an IP address (RFC 5952; IPv4 in IPv6 as IPv4) and where it belongs; false when `text` is none
/// that means somebody: unspecified, loopback, multicast, broadcast.
struct Address {
  std::string text;
  Kind kind = Kind::Address;
};
bool read_address(std::string_view text, Address& out);

/// "00:11:22:aa:bb:cc"; "" when `text` is no MAC address of one device.
std::string read_mac(std::string_view text);

class SightingFinder {
 public:
  using Each = std::function<void(Kind kind, std::string_view name)>;

  /// `schema` outlives it.
  explicit SightingFinder(const event::Schema& schema) : schema_(schema) {}
  /// `name` is valid during the call; the same name may come several times.
  void find(const event::EventBatch& batch, const event::Event& event, const Each& each);

 private:
  enum class Meaning : std::uint8_t { None, Host, Address, User, Mac };
  struct Place {
    std::uint32_t position;
    Meaning meaning;
  };
  const std::vector<Place>& places_of(const event::Shape& shape);
  static Meaning meaning_of(std::string_view field);

  const event::Schema& schema_;
  std::vector<std::vector<Place>> by_shape_;  ///< by id; of shapes met so far
  std::vector<bool> is_known_;
  std::vector<Place> transient_;
  Buffer text_;
};

}  // namespace yorozu::inventory
