/// Units to matching events: unpack, decode, evaluate. One Scanner a thread; what it finds in a unit is a UnitAnswer,
/// which the thread that puts the answer together takes in order.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "archive/events/line_decoder.h"
#include "archive/search/minutes.h"
#include "archive/search/search.h"
#include "archive/search/text_filter.h"
#include "archive/search/units.h"
#include "base/result.h"
#include "event/event.h"
#include "proof/segment.h"
#include "query/evaluate.h"
#include "query/query.h"
#include "query/row_fields.h"
#include "query/stage_runner.h"

namespace yorozu::archive::search {

/// What all threads of one search have in common. Immutable while they run, but for `schema`, which is thread-safe, and
/// the atomics.
struct SearchPlan {
  query::Query query;
  Timestamp from, to;
  TimeZone zone = TimeZone::utc();
  SeqRange range;
  bool any_frame = false;  ///< of an event of several frames: one of them in the range is enough
  bool wants_rows = true;  ///< false: the answer is a table
  bool wants_histogram = false;
  bool uses_text_filter = true;  ///< false: every line is decoded, as the tests want to compare
  event::Schema schema;
  const event::LogsourceMap* logsources = nullptr;
  std::atomic<bool> stop = false;            ///< nobody wants more
  std::atomic<std::uint64_t> rows_left = 0;  ///< rows that may still be wanted
};

struct UnitAnswer {
  std::vector<Row> rows;  ///< newest first, no more than were wanted when it was read
  std::uint64_t matches = 0;
  Effort effort;
  std::optional<Error> unreadable;     ///< the whole unit
  std::vector<ArchiveDamage> damages;  ///< lines of it
};

class Scanner {
 public:
  /// `plan` outlives it.
  explicit Scanner(SearchPlan& plan);

  UnitAnswer scan(const Unit& unit);

  /// What this thread has seen, for the end.
  MinuteCounts& minutes() { return minutes_; }
  std::optional<query::StageRunner>& stages() { return stages_; }

 private:
  struct Match {
    std::uint64_t seq;
    std::size_t event;
    std::string_view bytes;  ///< of its last frame, as received
  };

  Result<void> read_block(const Unit& unit, UnitAnswer& answer);
  Result<void> read_records(const Unit& unit, UnitAnswer& answer);
  /// Lines of `text` that may belong to a match, in order; valid until the next call.
  const std::vector<std::string_view>& lines_to_decode(std::string_view text);
  void add_line(std::string_view line, const Unit& unit, UnitAnswer& answer);
  /// Evaluates what the lines so far became.
  void finish_run(const Unit& unit, UnitAnswer& answer);
  bool is_in_range(const Origin& origin) const;
  query::EventContext context_of(std::size_t event) const;
  void append_row(const Match& match, std::vector<Row>& rows);
  bool stopped() const { return plan_.stop.load(std::memory_order_relaxed); }

  SearchPlan& plan_;
  proof::BlockReader blocks_;
  LineDecoder lines_;
  query::Evaluator evaluator_;
  std::optional<TextFilter> filter_;
  std::vector<std::string_view> candidates_;
  std::optional<query::RowFields> fields_;
  std::optional<query::StageRunner> stages_;
  MinuteCounts minutes_;
  event::EventBatch batch_;
  std::vector<Origin> origins_;
  std::vector<Match> matches_;
};

}  // namespace yorozu::archive::search
