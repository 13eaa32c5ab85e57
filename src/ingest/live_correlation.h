/// Correlation of what happens now, and beside it of what comes late: one main correlator that moves with the clock,
/// and a small one for each source that delivers old events (a file read from its beginning, a laptop that was away),
/// which moves with that source's own times. So history neither looks like now nor goes unjudged.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "detect/correlation.h"
#include "ingest/live_rules.h"

namespace yorozu::ingest {

/// Not thread-safe.
class LiveCorrelation {
 public:
  static constexpr std::size_t kMaxLateSources = 256;  ///< beyond: the one that was quiet longest is closed, counted
  static constexpr std::size_t kLateBytes = std::size_t{4} << 20;  ///< of one late source

  LiveCorrelation(std::shared_ptr<const LiveRules> rules, std::int64_t tolerance_us);
  ~LiveCorrelation();

  using Sink = detect::Correlator::Sink;
  /// `late_source`: 0 for what happens now.
  void push(detect::RuleMatch match, std::uint64_t late_source, Timestamp now, const Sink& sink);
  /// Moves the main windows to `now`; late sources that have been quiet are brought to their own end.
  void advance(Timestamp now, const Sink& sink);

  std::string save() const;
  /// Errors: InvalidInput when the state is of other rules or damaged; then nothing is changed that matters: make a new
  /// one.
  Result<void> restore(std::string_view state);

  detect::Correlator::Counters counters() const { return main_.counters(); }
  std::uint64_t late_sources_closed() const { return late_closed_; }
  const std::shared_ptr<const LiveRules>& rules() const { return rules_; }

 private:
  struct Late {
    detect::Correlator correlator;
    Timestamp newest;       ///< of its events
    Timestamp last_active;  ///< by our clock
    bool settled = false;   ///< nothing waits for later events
  };
  Late& late(std::uint64_t source, const Sink& sink);

  std::shared_ptr<const LiveRules> rules_;
  std::int64_t tolerance_us_;
  detect::Correlator main_;
  std::map<std::uint64_t, Late> late_;
  std::uint64_t late_closed_ = 0;
};

}  // namespace yorozu::ingest
