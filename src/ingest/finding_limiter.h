/// Keeps a rule that floods from filling the archive: a number of findings a minute is kept one by one, the rest is
/// counted and told in one line when the minute is over. Nothing is dropped without being counted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace yorozu::ingest {

class FindingLimiter {
 public:
  struct Suppressed {
    std::uint32_t rule = 0;
    std::uint64_t count = 0, first_seq = 0, last_seq = 0;
    Timestamp from, to;
  };

  FindingLimiter(std::size_t rules, std::uint64_t per_minute) : per_minute_(per_minute), rules_(rules) {}

  /// Whether the finding of `rule` on line `seq` is kept one by one.
  bool admit(std::uint32_t rule, std::uint64_t seq, Timestamp now) {
    State& state = rules_[rule];
    const std::int64_t minute = now.us / kMinuteUs;
    if (state.minute != minute && state.suppressed.count == 0) {
      state.minute = minute;
      state.kept = 0;
    }
    if (state.minute == minute && state.kept < per_minute_) {
      ++state.kept;
      return true;
    }
    Suppressed& held = state.suppressed;
    if (held.count++ == 0) {
      held.rule = rule;
      held.first_seq = seq;
      held.from = now;
      flooding_.push_back(rule);
    }
    held.last_seq = seq;
    held.to = now;
    ++total_;
    return false;
  }

  /// What was counted in minutes that are over; `all`: also in the present one.
  std::vector<Suppressed> take(Timestamp now, bool all = false) {
    std::vector<Suppressed> out;
    std::vector<std::uint32_t> still;
    for (const std::uint32_t rule : flooding_) {
      State& state = rules_[rule];
      if (!all && state.minute == now.us / kMinuteUs) {
        still.push_back(rule);
        continue;
      }
      out.push_back(state.suppressed);
      state = State{};
    }
    flooding_ = std::move(still);
    return out;
  }

  std::uint64_t suppressed_total() const { return total_; }

 private:
  static constexpr std::int64_t kMinuteUs = std::int64_t{60} * 1000000;
  struct State {
    std::int64_t minute = INT64_MIN;
    std::uint64_t kept = 0;
    Suppressed suppressed;
  };
  std::uint64_t per_minute_;
  std::vector<State> rules_;
  std::vector<std::uint32_t> flooding_;
  std::uint64_t total_ = 0;
};

}  // namespace yorozu::ingest
