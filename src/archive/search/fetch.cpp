// Lines by number: the blocks that hold them are decoded, as a search would, so that rows look the same.
#include <algorithm>

#include "archive/disk.h"
#include "archive/search/scan.h"
#include "archive/search/search.h"
#include "archive/search/units.h"
#include "base/try.h"

namespace yorozu::archive::search {
namespace {

constexpr std::uint64_t kNear = 1000;  ///< numbers so close are looked for together

/// All rows that have a frame in `range`, in order of seq.
Result<std::vector<Row>> rows_in(const Folders& folders, SeqRange range) {
  SearchPlan plan;
  plan.range = range;
  plan.any_frame = true;
  plan.logsources = &event::LogsourceMap::builtin();
  plan.rows_left = UINT64_MAX;
  Effort effort;
  std::vector<ArchiveDamage> damages;
  TRY_ASSIGN(Units units, Units::list(real_disk(), folders.archive, range, nullptr, effort, damages));
  Scanner scanner(plan);
  std::vector<Row> rows;
  for (;;) {
    TRY_ASSIGN(const auto unit, units.next());
    if (!unit) break;
    UnitAnswer answer = scanner.scan(*unit);
    if (answer.unreadable && answer.unreadable->code != ErrorCode::Corrupt)
      return std::unexpected(*std::move(answer.unreadable));
    if (answer.unreadable) TRY(units.replace(*unit, *answer.unreadable));
    std::ranges::move(answer.rows, std::back_inserter(rows));
  }
  std::ranges::sort(rows, {}, &Row::seq);
  return rows;
}

bool has_frame(const Row& row, std::uint64_t seq) {
  return row.seq == seq || std::ranges::find(row.frames, seq) != row.frames.end();
}

}  // namespace

Result<std::vector<Row>> fetch_lines(const Folders& folders, const std::vector<std::uint64_t>& seqs) {
  std::vector<std::uint64_t> sorted(seqs);
  std::ranges::sort(sorted);
  std::vector<Row> found;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t last = i;
    while (last + 1 < sorted.size() && sorted[last + 1] - sorted[last] <= kNear) ++last;
    TRY_ASSIGN(auto rows, rows_in(folders, {sorted[i], sorted[last] + 1}));
    for (Row& row : rows)
      if (std::ranges::any_of(sorted, [&](std::uint64_t seq) { return has_frame(row, seq); }))
        found.push_back(std::move(row));
    i = last + 1;
  }
  std::vector<Row> out;
  for (const std::uint64_t seq : seqs) {
    const auto row = std::ranges::find_if(found, [&](const Row& r) { return has_frame(r, seq); });
    if (row != found.end()) out.push_back(*row);
  }
  return out;
}

Result<std::vector<Row>> fetch_around(const Folders& folders, std::uint64_t seq, std::uint64_t before,
                                      std::uint64_t after) {
  const std::uint64_t first = seq - std::min(seq, before);
  const std::uint64_t end = after >= UINT64_MAX - seq ? UINT64_MAX : seq + after + 1;
  return rows_in(folders, {first, end});
}

}  // namespace yorozu::archive::search
