#include "app/config/config.h"

#include <algorithm>

#include "base/assert.h"

namespace yorozu::config {

std::vector<net::Network> this_machine() {
  return {*net::parse_network("127.0.0.0/8"), *net::parse_network("::1")};
}

std::vector<net::Network> anywhere() {
  return {*net::parse_network("0.0.0.0/0"), *net::parse_network("::/0")};
}

Listener* find_listener(Config& config, std::string_view name) {
  const std::array<Listener*, kListenerNames.size()> listeners = {
      &config.syslog_udp, &config.syslog_tcp, &config.syslog_tls, &config.relp,
      &config.bulk,       &config.hec,        &config.console};
  for (std::size_t i = 0; i < listeners.size(); ++i)
    if (kListenerNames[i] == name) return listeners[i];
  return nullptr;
}

Config with_sources_applied(Config config) {
  for (const Source& source : config.sources) {
    Listener* const listener = find_listener(config, source.input);
    YOROZU_ASSERT(listener != nullptr, "the parser has checked the name");
    listener->enabled = true;
    for (const net::Network& network : source.networks)
      if (std::ranges::find(listener->networks, network) == listener->networks.end())
        listener->networks.push_back(network);
  }
  return config;
}

}  // namespace yorozu::config
