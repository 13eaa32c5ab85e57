/// Rows come from all threads as they are found and go out as the timeline: by time, then file, then position in the
/// file, then rule. Optionally rows that say the same (rule, host, fields) are put together. More than fits in memory
/// is sorted on disk (hunt/spill.h).
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "hunt/row.h"
#include "hunt/spill.h"

namespace yorozu::hunt {

enum class Grouping { None, SameRuleHostFields };

class RowOrder {
 public:
  /// `folder`, `memory`, `writers`: as Spill::open.
  static Result<RowOrder> open(const std::filesystem::path& folder, std::size_t memory, unsigned writers,
                               Grouping grouping);

  /// For one thread.
  class Writer {
   public:
    Writer(Spill::Writer spill, Grouping grouping) : spill_(spill), grouping_(grouping) {}
    void add(const Row& row);

   private:
    Spill::Writer spill_;
    Grouping grouping_;
    std::string bytes_;
  };
  Writer writer() { return {rows_.writer(), grouping_}; }
  /// A writer for rows that never go together with others: correlations.
  Writer single_writer() { return {grouped_ ? grouped_->writer() : rows_.writer(), Grouping::None}; }

  /// Once, after the last add.
  Result<void> for_each(const std::function<Result<void>(const Row&)>& each);

 private:
  RowOrder(Spill rows, std::optional<Spill> grouped, Grouping grouping)
      : rows_(std::move(rows)), grouped_(std::move(grouped)), grouping_(grouping) {}
  Result<void> put_together();

  Spill rows_;
  std::optional<Spill> grouped_;
  Grouping grouping_;
};

/// Orders unknown times last.
std::uint64_t sortable(Timestamp time);

}  // namespace yorozu::hunt
