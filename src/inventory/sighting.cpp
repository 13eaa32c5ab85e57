#include "inventory/sighting.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "event/taxonomy.h"

namespace yorozu::inventory {
namespace {

constexpr std::size_t kMaxName = 255;  ///< bytes; longer ones are no names

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\0' || c == '"'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// What sources write when there is no name.
bool is_nobody(std::string_view name) {
  return name.empty() || name.size() > kMaxName ||
         is_one_of(lower(name), {"-", "--", "n/a", "(null)", "null", "none", "unknown", "(unknown)", "(invalid user)",
                                 "?", "unset", "4294967295", "-\\-"});
}

bool is_name(std::string_view text) {
  return !is_nobody(text) && is_valid_utf8(text) &&
         std::ranges::none_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; });
}

bool is_host_name(std::string_view text) {
  return is_name(text) &&
         std::ranges::any_of(text, [](char c) { return c != '.' && c != ':' && (c < '0' || c > '9'); }) &&
         text.find_first_of(" /\\=,;<>()[]{}\"'") == std::string_view::npos;
}

bool read_v4(std::uint32_t address, Address& out) {
  const auto in = [address](std::uint32_t network, int bits) {
    return address >> (32 - bits) == network >> (32 - bits);
  };
  if (in(0, 8) || in(0x7F000000, 8) || address >> 28 >= 0xE) return false;
  out.kind = in(0x0A000000, 8) || in(0xAC100000, 12) || in(0xC0A80000, 16) || in(0xA9FE0000, 16) || in(0x64400000, 10)
                 ? Kind::Address
                 : Kind::PublicAddress;
  in_addr binary = {htonl(address)};
  std::array<char, INET_ADDRSTRLEN> text = {};
  out.text = ::inet_ntop(AF_INET, &binary, text.data(), text.size());
  return true;
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Host:
      return "host";
    case Kind::Address:
      return "address";
    case Kind::PublicAddress:
      return "public-address";
    case Kind::User:
      return "user";
    case Kind::Device:
      return "device";
    case Kind::Sender:
      return "sender";
  }
  return "";
}

bool read_address(std::string_view given, Address& out) {
  given = trimmed(given);
  if (given.starts_with('[') && given.ends_with(']')) given = given.substr(1, given.size() - 2);
  given = given.substr(0, given.find('%'));
  std::array<char, INET6_ADDRSTRLEN + 1> text = {};
  if (given.size() < 2 || given.size() >= text.size()) return false;
  std::ranges::copy(given, text.begin());
  in_addr v4 = {};
  if (::inet_pton(AF_INET, text.data(), &v4) == 1) return read_v4(ntohl(v4.s_addr), out);
  in6_addr v6 = {};
  if (::inet_pton(AF_INET6, text.data(), &v6) != 1) return false;
  const std::uint8_t* bytes = v6.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    std::uint32_t inner = 0;
    std::memcpy(&inner, bytes + 12, sizeof inner);
    return read_v4(ntohl(inner), out);
  }
  if (IN6_IS_ADDR_UNSPECIFIED(&v6) || IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_MULTICAST(&v6)) return false;
  out.kind = (bytes[0] & 0xFE) == 0xFC || IN6_IS_ADDR_LINKLOCAL(&v6) ? Kind::Address : Kind::PublicAddress;
  out.text = ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  return true;
}

std::string read_mac(std::string_view text) {
  text = trimmed(text);
  std::string digits;
  for (const char c : text) {
    if (c == ':' || c == '-' || c == '.') continue;
    if (!std::isxdigit(static_cast<unsigned char>(c))) return {};
    digits += c;
  }
  digits = lower(digits);
  // With separators only: twelve digits alone may be any number.
  if (digits.size() != 12 || text.size() == 12) return {};
  if (digits == "000000000000" || (digits[1] - '0') % 2 == 1 || is_one_of(digits.substr(1, 1), {"b", "d", "f"}))
    return {};  // nobody; a group of devices
  std::string mac;
  for (std::size_t i = 0; i < 12; i += 2) mac += (i > 0 ? ":" : "") + digits.substr(i, 2);
  return mac;
}

SightingFinder::Meaning SightingFinder::meaning_of(std::string_view field) {
  const std::string_view ecs = event::ecs_name_of(field);
  const std::string name = lower(ecs.empty() ? field : ecs);
  const auto ends_with = [&](std::string_view end) { return name.ends_with(end); };
  if (ends_with(".mac") ||
      is_one_of(name, {"mac", "hwaddr", "source_mac", "destination_mac", "srcmac", "dstmac", "client_mac"}))
    return Meaning::Mac;
  if (ends_with(".ip") || ends_with("_ip") || ends_with("-ip") ||
      is_one_of(name, {"ip",
                       "src",
                       "dst",
                       "srcip",
                       "dstip",
                       "saddr",
                       "daddr",
                       "addr",
                       "rhost",
                       "remip",
                       "locip",
                       "ipaddress",
                       "clientaddress",
                       "client",
                       "source.address",
                       "destination.address",
                       "client.address",
                       "remote_addr",
                       "id.orig_h",
                       "id.resp_h",
                       "address",
                       "assigned",
                       "assignedip"}))
    return Meaning::Address;
  if (is_one_of(name, {"user.name", "user.target.name", "source.user.name", "destination.user.name", "user", "username",
                       "target_user", "ruser", "suser", "duser", "acct", "account", "srcuser", "dstuser", "accountname",
                       "subjectusername", "targetusername", "usrname", "winlog.user.name"}))
    return Meaning::User;
  if (is_one_of(name, {"host.name", "host.hostname", "hostname", "computer", "computername", "workstation",
                       "workstationname", "source_host", "destination_host", "srcname", "dstname", "client_hostname",
                       "shost", "dhost", "devname", "dvchost", "observer.hostname", "observer.name"}))
    return Meaning::Host;
  return Meaning::None;
}

const std::vector<SightingFinder::Place>& SightingFinder::places_of(const event::Shape& shape) {
  const bool is_lasting = shape.id != event::Shape::kTransient;
  if (is_lasting && shape.id < is_known_.size() && is_known_[shape.id]) return by_shape_[shape.id];
  std::vector<Place> places;
  for (std::uint32_t i = 0; i < shape.names.size(); ++i)
    if (const Meaning meaning = meaning_of(schema_.names.text(shape.names[i])); meaning != Meaning::None)
      places.push_back({i, meaning});
  if (!is_lasting) return transient_ = std::move(places);
  if (shape.id >= is_known_.size()) {
    is_known_.resize(shape.id + 1);
    by_shape_.resize(shape.id + 1);
  }
  is_known_[shape.id] = true;
  return by_shape_[shape.id] = std::move(places);
}

void SightingFinder::find(const event::EventBatch& batch, const event::Event& event, const Each& each) {
  const auto host = [&](std::string_view text) {
    text = trimmed(text);
    while (text.starts_with('\\')) text.remove_prefix(1);
    Address address;
    if (read_address(text, address))
      each(address.kind, address.text);
    else if (is_host_name(text))
      each(Kind::Host, text);
  };
  if (event.host != event::kNoIndex) host(batch.host_of(event));
  const auto values = batch.values_of(event);
  for (const Place& place : places_of(*event.shape)) {
    if (place.position == event.host || values[place.position].is_null()) continue;
    text_.clear();
    event::append_text(values[place.position], text_);
    const std::string_view text = trimmed(text_.view());
    switch (place.meaning) {
      case Meaning::Host:
        host(text);
        break;
      case Meaning::Address:
        if (Address address; read_address(text, address)) each(address.kind, address.text);
        break;
      case Meaning::User:
        if (is_name(text)) each(Kind::User, text);
        break;
      case Meaning::Mac:
        if (const std::string mac = read_mac(text); !mac.empty()) each(Kind::Device, mac);
        break;
      case Meaning::None:
        break;
    }
  }
}

}  // namespace yorozu::inventory
