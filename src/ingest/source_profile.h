/// What the configuration says of senders by their networks: the class of what names none itself, how much they may
/// send, and in which zone their clocks stand. A value that each input gets; the smallest network that has a peer
/// counts.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "event/source_class.h"
#include "net/address.h"

namespace yorozu::ingest {

struct RateLimit {
  double per_second = 0;  ///< frames; 0: no limit
  double burst = 0;       ///< frames at once; at least per_second is meant
};

struct SourceProfile {
  event::SourceClass source_class = event::SourceClass::Other;  ///< of frames whose pattern names none
  RateLimit rate = {};                                          ///< of each sender; for inputs that have such limits
  std::shared_ptr<const TimeZone> zone = {};                    ///< of clocks that write times without one; null: UTC
};

class SourceProfiles {
 public:
  /// `others`: of every peer until add() says more.
  SourceProfiles(SourceProfile others = {}) : others_(std::move(others)) {}  // NOLINT(google-explicit-constructor)

  void add(const net::Network& network, SourceProfile profile);
  const SourceProfile& of(const net::Address& peer) const;
  /// By text as in FrameBatch::peer; what is no address is as the others.
  const SourceProfile& of(std::string_view peer) const;

 private:
  SourceProfile others_;
  std::vector<std::pair<net::Network, SourceProfile>> networks_;  ///< smaller ones first
};

}  // namespace yorozu::ingest
