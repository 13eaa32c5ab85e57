/// What is remembered of a group to answer one aggregation: bounded, and the same whatever the order of events and
/// however they were divided and merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "query/stage.h"
#include "query/table.h"
#include "query/value_order.h"

namespace yorozu::query {

__extension__ using Int128 = __int128;

/// What one event (or `events` equal ones) says to an aggregation.
struct Sample {
  std::optional<std::string_view> value;  ///< of the aggregation's field
  Timestamp time;
  std::uint64_t seq = 0;
  std::uint64_t events = 1;
};

struct CountState {
  std::uint64_t events = 0;
};

/// Different values: their hashes while they are few, then a HyperLogLog of 4,096 registers.
class DistinctState {
 public:
  static constexpr std::size_t kExact = 1024;
  void add(std::string_view value);
  void merge(const DistinctState& other);
  std::uint64_t count() const;

 private:
  void add_hash(std::uint64_t hash);
  std::vector<std::uint64_t> hashes_;  ///< sorted; empty once there are registers
  std::vector<std::uint8_t> registers_;
};

/// Sums in millionths, so that no order of adding changes a digit. Numbers beyond 1e22 are no numbers here.
struct SumState {
  Int128 millionths = 0;
  std::uint64_t numbers = 0;
};

/// Numbers and how often each came: exact while they are few, then in buckets that are 2 % wide.
class PercentileState {
 public:
  static constexpr std::size_t kExact = 1024;
  void add(double number, std::uint64_t times);
  void merge(const PercentileState& other);
  /// Nearest rank: the lowest number that at least `percent` of all do not exceed. nullopt: no numbers.
  std::optional<double> at(double percent) const;

 private:
  void add_bucket(std::int32_t bucket, std::uint64_t times);
  void to_buckets();
  std::vector<std::pair<double, std::uint64_t>> exact_;          ///< by number
  std::vector<std::pair<std::int32_t, std::uint64_t>> buckets_;  ///< by bucket; not empty: in use
};

struct ExtremeState {
  std::optional<std::string> text;
  Reading reading;
};

/// Of the earliest or latest event.
struct EdgeState {
  std::optional<std::string> text;
  Timestamp time;
  std::uint64_t seq = 0;
};

/// The first values in order, as many as kMaxValues and kMaxBytes allow.
struct ValuesState {
  static constexpr std::size_t kMaxValues = 100, kMaxBytes = 8192;
  std::set<std::string, std::less<>> values;
  std::size_t bytes = 0;
  std::optional<std::string> cut;  ///< the lowest that was left out; what is not below it stays out
};

class Aggregate {
 public:
  explicit Aggregate(const Aggregation& aggregation);
  void add(const Aggregation& aggregation, const Sample& sample, const TimeZone& zone);
  void merge(const Aggregation& aggregation, const Aggregate& other);
  Cell cell(const Aggregation& aggregation) const;

  /// The most memory that one takes, for deciding how many groups may be kept.
  static std::size_t largest_bytes(const Aggregation& aggregation);

 private:
  std::variant<CountState, DistinctState, SumState, PercentileState, ExtremeState, EdgeState, ValuesState> state_;
};

}  // namespace yorozu::query
