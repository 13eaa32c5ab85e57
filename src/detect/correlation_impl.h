/// Inside of Correlator: reordering of matches, groups and their windows, closing times, memory. correlation.cpp runs
/// it, correlation_state.cpp saves and restores it.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "detect/correlation.h"
#include "detect/correlation_window.h"

namespace yorozu::detect {

/// The matches of one correlation that have equal group values.
struct Group {
  std::string key;                  ///< of the map it is in
  std::vector<std::string> values;  ///< as the first match wrote them
  Entries entries;                  ///< Anchored: the first kMaxEvents only
  std::unique_ptr<Tally> tally;
  std::uint64_t total = 0;            ///< Anchored: matches in the window
  Timestamp opened;                   ///< Anchored: time of the window's first match
  Timestamp shown_first, shown_last;  ///< Anchored: what a finding will say
  Timestamp newest;                   ///< of any match, also of one that fired
  EventReference newest_reference;    ///< one event counts once, whatever number of members it matches
  bool newest_is_event = false;
  Timestamp deadline;                 ///< when the window closes; none: nothing waits
  std::uint64_t serial = 0;           ///< order of making, breaks ties of deadlines
  std::size_t bytes = 0;              ///< as counted so far
  std::list<Group*>::iterator place;  ///< in CorrelationGroups::by_age
};

struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const { return hash64(key); }
};

struct CorrelationGroups {
  explicit CorrelationGroups(const CorrelationPlan& of) : plan(of) {}
  const CorrelationPlan& plan;
  std::unordered_map<std::string, Group, KeyHash, std::equal_to<>> groups;
  std::list<Group*> by_age;  ///< the one with the oldest newest match first
};

/// A match of a member as a correlation sees it.
struct Hit {
  std::uint32_t member = 0;
  Timestamp time;   ///< where it stands in the order of things
  Timestamp shown;  ///< what a finding says; differs for windows that answered when they closed
  EventReference reference;
  std::span<const std::optional<std::string>> values;
  std::shared_ptr<const Chained> chained;
};

struct Deadline {
  Timestamp time;
  std::uint32_t correlation = 0;
  std::uint64_t serial = 0;
  Group* group = nullptr;
  bool operator<(const Deadline& other) const {
    return std::tie(time, correlation, serial) < std::tie(other.time, other.correlation, other.serial);
  }
};

struct Correlator::Impl {
  Impl(const sigma::RuleSet& rules, const CorrelatorOptions& options);

  void push(RuleMatch&& match, const Sink& sink);
  void release_before(Timestamp limit, const Sink& sink);
  void close_before(Timestamp limit, const Sink& sink);
  void finish(const Sink& sink);
  std::string save() const;
  Result<void> restore(std::string_view state);

  // One released match, and what it leads to.
  void run(const RuleMatch& match, const Sink& sink);
  void on_hit(CorrelationGroups& in, const Hit& hit, const Sink& sink);
  bool read_key(const CorrelationPlan& plan, const Hit& hit);
  bool read_value(const CorrelationPlan& plan, const Hit& hit);
  Group& group_for(CorrelationGroups& in, const Hit& hit);
  void slide(CorrelationGroups& in, Group& group, Entry&& entry, const Sink& sink);
  void keep_newest_of_each_value(Group& group);
  void anchor(CorrelationGroups& in, Group& group, Entry&& entry, const Hit& hit);
  void queue(CorrelationGroups& in, Group& group, Entry&& entry);
  void close(CorrelationGroups& in, Group& group, const Sink& sink);
  void set_next_start(CorrelationGroups& in, Group& group, Timestamp now);
  void fire(CorrelationGroups& in, Group& group, Timestamp at, double value, const Sink& sink);

  // Memory.
  void set_deadline(CorrelationGroups& in, Group& group, Timestamp at);
  void account(Group& group);
  void touch(CorrelationGroups& in, Group& group);
  void erase(CorrelationGroups& in, Group& group);
  void expire(CorrelationGroups& in, Timestamp now);
  void enforce_bound();
  void drop_oldest_group();

  CorrelatorOptions options;
  CorrelationPlans plans;
  std::vector<CorrelationGroups> states;
  std::set<Deadline> deadlines;
  std::vector<RuleMatch> pending;  ///< heap, earliest on top
  Timestamp high;                  ///< newest time seen
  Timestamp released;              ///< newest time that went into windows
  std::uint64_t next_serial = 0;
  std::size_t pending_bytes = 0, group_bytes = 0;
  Counters counters;
  std::string key, value_text;  ///< scratch of read_key and read_value
  double value_number = 0;
};

/// Estimated memory of a match that waits.
std::size_t bytes_of(const RuleMatch& match);
void make_heap_of(std::vector<RuleMatch>& matches);
/// Appends a value to a key so that no two lists of values give the same key; case does not matter.
void append_key_part(std::string_view value, std::string& key);

}  // namespace yorozu::detect
