/// What the rows of a timeline add up to: counts by level, rule, host and tactic, first and last times. Rows that stand
/// for several matches count as many.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "hunt/row.h"
#include "hunt/rule_table.h"

namespace yorozu::hunt {

inline constexpr std::size_t kLevels = 5;
using LevelCounts = std::array<std::uint64_t, kLevels>;

struct Tally {
  std::uint64_t count = 0;
  Timestamp first, last;  ///< none: no row had a time
  void add(const Row& row);
};

struct HostTally : Tally {
  LevelCounts by_level{};
  std::vector<std::uint64_t> by_tactic;  ///< indexed as Findings::tactics
};

class Findings {
 public:
  static constexpr std::size_t kMaxHosts = 10'000;  ///< findings of further hosts are counted together

  explicit Findings(const RuleTable& rules);
  void add(const Row& row);

  std::uint64_t total() const { return all_.count; }
  std::uint64_t rows() const { return rows_; }
  const Tally& all() const { return all_; }
  const LevelCounts& by_level() const { return by_level_; }
  /// Indexed as the RuleTable.
  const std::vector<Tally>& by_rule() const { return by_rule_; }
  /// Rules with findings, most first; equal counts: higher level, then title.
  std::vector<std::uint32_t> top_rules() const;
  const std::map<std::string, HostTally>& by_host() const { return by_host_; }
  std::uint64_t of_further_hosts() const { return of_further_hosts_; }
  const std::vector<std::string>& tactics() const { return tactics_; }  ///< in ATT&CK's order, all that rules name
  const std::vector<std::uint64_t>& by_tactic() const { return by_tactic_; }

  /// Rules that make up at least a tenth of all findings and a hundred of them: candidates for a filter.
  std::vector<std::uint32_t> noisy_rules() const;

 private:
  const RuleTable& rules_;
  Tally all_;
  std::uint64_t rows_ = 0;
  LevelCounts by_level_{};
  std::vector<Tally> by_rule_;
  std::vector<std::vector<std::uint32_t>> tactics_of_rule_;
  std::vector<std::string> tactics_;
  std::vector<std::uint64_t> by_tactic_;
  std::map<std::string, HostTally> by_host_;
  std::string newest_host_;
  HostTally* newest_tally_ = nullptr;  // of newest_host_: rows of one host come in runs
  std::uint64_t of_further_hosts_ = 0;
};

}  // namespace yorozu::hunt
