/// What one file had besides its events: damage, and missing or back-dated records, which are evidence themselves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/decoder.h"

namespace yorozu::hunt {

/// Records `first`..`last` are not in the file although earlier and later ones are: deleted, or overwritten in part.
struct RecordGap {
  std::uint64_t first = 0, last = 0;
  Timestamp before, after;  ///< times of the neighbours
};

struct FileReport {
  static constexpr std::size_t kMaxListed = 10'000;  ///< of each list; more are counted

  std::uint64_t records = 0;
  std::vector<codec::Damage> damages;
  std::uint64_t damages_not_listed = 0;
  std::vector<RecordGap> gaps;
  std::uint64_t gaps_not_listed = 0;
  std::vector<codec::TimeStep> time_steps;  ///< record ids went on, time went back
  std::uint64_t time_steps_not_listed = 0;

  /// Adds what one unit reported; units in order of the file.
  void add(codec::UnitReport&& unit);
  /// After the last unit: finds the gaps between runs. A circular log has its oldest chunk in the middle of the file,
  /// so runs are put in order of their ids first.
  void finish();

 private:
  void note_step_back(const codec::RecordRun& before, const codec::RecordRun& after);

  std::vector<codec::RecordRun> runs_;
};

}  // namespace yorozu::hunt
