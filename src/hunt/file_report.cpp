#include "hunt/file_report.h"

#include <algorithm>
#include <iterator>

namespace yorozu::hunt {

namespace {

/// Appends `from` to `to` up to the bound; gives how many did not fit.
template <class T>
std::uint64_t append_bounded(std::vector<T>& to, std::vector<T>&& from) {
  const std::size_t room = FileReport::kMaxListed - std::min(to.size(), FileReport::kMaxListed);
  const std::size_t taken = std::min(room, from.size());
  std::move(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(taken), std::back_inserter(to));
  return from.size() - taken;
}

}  // namespace

void FileReport::add(codec::UnitReport&& unit) {
  records += unit.records;
  damages_not_listed += unit.damages_not_listed + append_bounded(damages, std::move(unit.damages));
  time_steps_not_listed += append_bounded(time_steps, std::move(unit.time_steps));
  for (const codec::RecordRun& run : unit.runs) {
    // Chunks that follow each other without a gap are one run, so that a long log costs no memory.
    if (!runs_.empty() && runs_.back().last_id + 1 == run.first_id) {
      note_step_back(runs_.back(), run);
      runs_.back().last_id = run.last_id;
      runs_.back().last_time = run.last_time;
    } else {
      runs_.push_back(run);
    }
  }
}

void FileReport::note_step_back(const codec::RecordRun& before, const codec::RecordRun& after) {
  if (!before.last_time.known() || !after.first_time.known() || after.first_time >= before.last_time) return;
  if (time_steps.size() < kMaxListed)
    time_steps.push_back({after.first_id, before.last_time, after.first_time});
  else
    ++time_steps_not_listed;
}

void FileReport::finish() {
  std::ranges::stable_sort(runs_, {}, &codec::RecordRun::first_id);
  for (std::size_t i = 1; i < runs_.size(); ++i) {
    const codec::RecordRun& before = runs_[i - 1];
    codec::RecordRun& after = runs_[i];
    if (after.last_id <= before.last_id) {  // a copy of records that were there already
      after.last_id = before.last_id;
      after.last_time = before.last_time;
      continue;
    }
    if (after.first_id > before.last_id + 1) {
      const RecordGap gap{before.last_id + 1, after.first_id - 1, before.last_time, after.first_time};
      if (gaps.size() < kMaxListed)
        gaps.push_back(gap);
      else
        ++gaps_not_listed;
    }
    note_step_back(before, after);
  }
  runs_.clear();
}

}  // namespace yorozu::hunt
