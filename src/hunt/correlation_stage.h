/// Between matching and correlating: matches are kept, sorted by time, then given to the correlator, whose findings
/// become rows.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "detect/correlation.h"
#include "hunt/input.h"
#include "hunt/row.h"
#include "hunt/row_filter.h"
#include "hunt/row_order.h"
#include "hunt/spill.h"

namespace yorozu::hunt {

class MatchOrder {
 public:
  static Result<MatchOrder> open(const std::filesystem::path& folder, std::size_t memory, unsigned writers);

  /// For one thread.
  class Writer {
   public:
    explicit Writer(Spill::Writer spill) : spill_(spill) {}
    /// Of `row`: rule, time, file, order, record_id, line, host.
    void add(const Row& row, std::span<const std::optional<std::string>> values);

   private:
    Spill::Writer spill_;
    std::string bytes_;
  };
  Writer writer() { return Writer(spill_.writer()); }
  Result<Spill::Reader> read() { return spill_.read(); }

 private:
  explicit MatchOrder(Spill spill) : spill_(std::move(spill)) {}
  Spill spill_;
};

/// Pushes all matches through `correlator`; findings of correlations that `filter` shows go to `rows`.
Result<void> correlate(MatchOrder& matches, detect::Correlator& correlator, const RuleTable& rules,
                       const RowFilter& filter, const Input& input, RowOrder::Writer& rows);

}  // namespace yorozu::hunt
