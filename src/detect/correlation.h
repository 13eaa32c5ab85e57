/// Sigma correlations over the stream of rule matches (Sigma specification 2.1, correlation rules).
///
/// Feed matches in any order that is at most `tolerance` late in event time; the result is the same as if they had come
/// sorted by (time, order). State is bounded by `max_bytes`; what happens at the bound: the group whose newest match is
/// oldest is dropped and counted. See docs/correlation.md for windows, equal times, missing group fields, suppression.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sigma/rule.h"

namespace yorozu::detect {

/// Says which event of the input a match rests on; opaque here, given back in the finding.
struct EventReference {
  std::uint64_t file = 0;    ///< number of the input file (live: 0)
  std::uint64_t record = 0;  ///< EventRecordID, line or sequence number: the caller's choice
  std::uint64_t order = 0;   ///< position in the input; breaks ties of equal times
  bool operator==(const EventReference&) const = default;
  auto operator<=>(const EventReference&) const = default;
};

/// One match of a base rule, with the fields that correlations need of it.
struct RuleMatch {
  std::uint32_t rule = 0;  ///< index into RuleSet::rules
  Timestamp time;
  EventReference reference;
  /// One for each of Correlator::fields_of(rule), first value of the field; nullopt: absent.
  std::vector<std::optional<std::string>> values;
};

struct CorrelationFinding {
  std::uint32_t correlation = 0;                           ///< index into RuleSet::correlations
  Timestamp first, time;                                   ///< of the first and of the last match it rests on
  std::vector<std::pair<std::string, std::string>> group;  ///< group-by name and value
  double value = 0;                    ///< what was counted, summed ...; temporal: number of different members
  std::vector<EventReference> events;  ///< at most kMaxEvents, oldest first
  std::uint64_t events_total = 0;
  static constexpr std::size_t kMaxEvents = 1000;
};

struct CorrelatorOptions {
  std::int64_t tolerance_us = 0;
  std::size_t max_bytes = std::size_t{64} << 20;
};

class Correlator {
 public:
  /// `rules` outlives the correlator.
  Correlator(const sigma::RuleSet& rules, const CorrelatorOptions& options);
  Correlator(Correlator&&) noexcept;
  ~Correlator();

  /// True when some correlation rests on that rule.
  bool wants(std::uint32_t rule) const;
  /// Field names, as the rule would write them, whose values RuleMatch::values holds.
  std::span<const std::string> fields_of(std::uint32_t rule) const;

  using Sink = std::function<void(CorrelationFinding&&)>;
  /// Findings of correlations that alert, as far as `match` made them certain.
  void push(RuleMatch match, const Sink& sink);
  /// Live input without matches: nothing earlier than `now` - tolerance will come any more.
  void advance(Timestamp now, const Sink& sink);
  /// End of input: everything still waiting for late events, then every window that is still open closes.
  void finish(const Sink& sink);

  struct Counters {
    std::uint64_t matches = 0;          ///< pushed
    std::uint64_t late = 0;             ///< more than the tolerance: not used
    std::uint64_t without_time = 0;     ///< not used
    std::uint64_t without_group = 0;    ///< lack a group-by field: left out, once for each correlation that wanted them
    std::uint64_t without_value = 0;    ///< lack the field to count or add up, or it is no number: likewise
    std::uint64_t groups_dropped = 0;   ///< because of max_bytes
    std::uint64_t matches_dropped = 0;  ///< oldest of a window beyond its bound
    std::uint64_t released_early = 0;   ///< did not wait out the tolerance, because of max_bytes
    std::size_t bytes = 0, peak_bytes = 0;  ///< estimate of the memory held
  };
  Counters counters() const;

  /// State as bytes, and back: a restart loses and repeats nothing. Corrupt or of other rules: InvalidInput.
  std::string save() const;
  Result<void> restore(std::string_view state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::detect
