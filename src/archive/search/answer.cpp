// The thread that asked puts the answer together: it takes units in order, hands them to two scanning threads, and
// gives rows to the sink as soon as nothing that is still to come can be newer. What waits for that is small: a few
// units are under way at a time, and units are taken by the highest number they can hold.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <queue>
#include <thread>

#include "archive/disk.h"
#include "archive/index/index_catalogue.h"
#include "archive/search/column_answer.h"
#include "archive/search/index_choice.h"
#include "archive/search/scan.h"
#include "archive/search/search.h"
#include "archive/search/units.h"
#include "base/try.h"

namespace yorozu::archive::search {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned kThreads = 2;
constexpr std::size_t kUnderWay = 2 * kThreads;
constexpr auto kProgressEvery = std::chrono::milliseconds(100);

struct Done {
  Unit unit;
  UnitAnswer answer;
};

/// Two threads that scan what they are given.
class Scanning {
 public:
  explicit Scanning(SearchPlan& plan) : plan_(plan) {
    for (unsigned i = 0; i < kThreads; ++i) scanners_.emplace_back(plan);
    for (Scanner& scanner : scanners_) threads_.emplace_back([this, &scanner] { run(scanner); });
  }
  ~Scanning() { finish(); }
  Scanning(const Scanning&) = delete;
  Scanning& operator=(const Scanning&) = delete;

  void give(Unit unit) {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(unit));
    changed_.notify_one();
  }
  std::optional<Done> take(Clock::time_point until) {
    std::unique_lock lock(mutex_);
    finished_.wait_until(lock, until, [this] { return !done_.empty(); });
    if (done_.empty()) return std::nullopt;
    Done out = std::move(done_.front());
    done_.pop_front();
    return out;
  }
  /// What was not begun is dropped. Then the scanners may be asked.
  std::deque<Scanner>& finish() {
    {
      const std::scoped_lock lock(mutex_);
      ends_ = true;
      waiting_.clear();
      changed_.notify_all();
    }
    threads_.clear();
    return scanners_;
  }

 private:
  void run(Scanner& scanner) {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      Unit unit = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      UnitAnswer answer = scanner.scan(unit);
      lock.lock();
      done_.push_back({std::move(unit), std::move(answer)});
      finished_.notify_one();
    }
  }

  SearchPlan& plan_;
  std::mutex mutex_;  // guards the four below
  std::deque<Unit> waiting_;
  std::deque<Done> done_;
  bool ends_ = false;
  std::condition_variable changed_, finished_;
  std::deque<Scanner> scanners_;  // each used by its own thread until finish()
  std::vector<std::jthread> threads_;
};

Histogram histogram_of(const MinuteCounts& minutes) {
  constexpr std::int64_t kSteps[] = {1, 5, 15, 60, 180, 360, 720, 1440, 10'080, 43'200};
  Histogram out;
  if (minutes.empty()) return out;
  const std::int64_t span = minutes.rbegin()->first - minutes.begin()->first + 1;
  std::int64_t step = *std::ranges::find_if(kSteps, [&](std::int64_t s) {
    return span / s + 2 <= static_cast<std::int64_t>(Histogram::kMaxBuckets) || s == kSteps[std::size(kSteps) - 1];
  });
  while (span / step + 2 > static_cast<std::int64_t>(Histogram::kMaxBuckets)) step *= 2;
  out.bucket_us = step * kMinuteUs;
  for (const auto& [minute, count] : minutes) {
    const std::int64_t begin = (minute >= 0 ? minute / step : -((-minute + step - 1) / step)) * step;
    const Timestamp time{begin * kMinuteUs};
    if (out.buckets.empty() || out.buckets.back().begin != time) out.buckets.push_back({time, 0});
    out.buckets.back().count += count;
  }
  return out;
}

class Search {
 public:
  Search(const SearchRequest& request, const Folders& folders, SearchSink& sink, query::Query query, TimeZone zone)
      : request_(request), folders_(folders), sink_(sink), started_(Clock::now()) {
    plan_.wants_rows = query::answer_of(query) == query::Answer::Rows;
    std::uint64_t limit = request.limit == 0 ? UINT64_MAX : request.limit;
    if (plan_.wants_rows) limit = std::min(limit, query::row_limit(query).value_or(limit));
    plan_.query = std::move(query);
    plan_.zone = std::move(zone);
    plan_.from = request.from;
    plan_.to = request.to;
    plan_.range = {request.first_seq, request.end_seq == 0 ? UINT64_MAX : request.end_seq};
    plan_.wants_histogram = request.wants_histogram;
    plan_.logsources = &event::LogsourceMap::builtin();
    plan_.rows_left = limit;
  }

  Result<SearchSummary> run() {
    open_index();
    TRY_ASSIGN(Units units, Units::list(real_disk(), folders_.archive, plan_.range, choice_ ? &*choice_ : nullptr,
                                        summary_.effort, summary_.damages));
    ask_index(units);
    {
      Scanning scanning(plan_);
      TRY(read_all(units, scanning));
      plan_.stop = true;
      give_ends(scanning.finish());
    }
    if (choice_) std::ranges::move(choice_->not_indexed(), std::back_inserter(summary_.not_indexed));
    if (request_.wants_explain) explain();
    summary_.elapsed_us = elapsed_us();
    return std::move(summary_);
  }

 private:
  std::int64_t elapsed_us() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_).count();
  }
  bool wants_all() const { return !plan_.wants_rows || plan_.wants_histogram; }
  bool ended() const { return ended_; }
  void end(Ending how) {
    ended_ = true;
    summary_.ending = how;
    plan_.stop = true;
  }

  void open_index() {
    if (request_.index == IndexUse::Never) {
      summary_.not_indexed.emplace_back("the index was not to be used");
      return;
    }
    auto catalogue = index::IndexCatalogue::open(real_disk(), folders_.index, folders_.archive);
    if (!catalogue) {
      summary_.not_indexed.push_back(catalogue.error().message);
      return;
    }
    choice_.emplace(*std::move(catalogue),
                    IndexQuestion{request_.from, request_.to, tokens_of(plan_.query.where, plan_.schema)});
  }

  /// What the index knows without a look at the evidence: the number of all events over time, for the histogram and for
  /// tables that look at no field; tables over columns.
  void ask_index(Units& units) {
    if (!choice_) return;
    const bool asks_for_all = plan_.query.where.kind == query::Expression::Kind::All;
    if (plan_.wants_rows) {
      if (asks_for_all && plan_.wants_histogram) count_by_minutes(units);
      return;
    }
    query::StageRunner runner(plan_.query, plan_.schema, plan_.zone);
    if (!runner.takes_values()) return;
    if (asks_for_all && runner.fields().empty() && counts_minutes(plan_.query)) {
      counted_stages_.emplace(std::move(runner));
      count_by_minutes(units);
    } else if (const ColumnQuestion question{plan_.query, plan_.from, plan_.to};
               !plan_.wants_histogram && columns_can_answer(question, runner)) {
      count_by_columns(units, question, std::move(runner));
    }
    units.leave_out_counted();
  }

  void count_by_minutes(Units& units) {
    std::set<std::string> counted;
    const std::set<std::string> whole = units.whole_segments();
    for (const index::IndexedSegment& segment : choice_->catalogue().segments()) {
      const index::SegmentEntry* entry = choice_->entry_of(segment.segment);
      if (entry == nullptr || !whole.contains(segment.segment.path) || !choice_->counts_are_exact(*entry)) continue;
      counted.insert(segment.segment.path);
      for (const index::MinuteCount& count : entry->counts) {
        if (!choice_->is_within(count.minute)) continue;
        summary_.matches += count.events;
        if (plan_.wants_histogram) counted_minutes_[count.minute] += count.events;
        if (counted_stages_)
          counted_stages_->add_values({}, {count.minute * kMinuteUs}, entry->name.first_seq, count.events);
      }
    }
    units.mark_counted(counted);
  }

  void count_by_columns(Units& units, const ColumnQuestion& question, query::StageRunner runner) {
    std::set<std::string> known;
    for (const std::string& path : units.whole_segments())
      if (choice_->knows_all_of(path)) known.insert(path);
    const auto answered = answer_by_columns(question, choice_->catalogue(), folders_.index, known, runner);
    if (!answered) {
      summary_.not_indexed.push_back("columns: " + answered.error().message);
      return;
    }
    if (answered->segments.size() < known.size())
      summary_.not_indexed.push_back("columns: " + std::to_string(known.size() - answered->segments.size()) +
                                     " segments without columns, or with values that these do not decide");
    summary_.matches += answered->events;
    counted_stages_.emplace(std::move(runner));
    units.mark_counted(answered->segments);
  }

  /// A table without fields: `stats count`, or counts over spans that whole minutes make up.
  static bool counts_minutes(const query::Query& query) {
    return std::ranges::none_of(query.stages, [](const query::Stage& stage) {
      const auto* chart = std::get_if<query::Timechart>(&stage);
      return chart != nullptr && chart->span.unit == query::Span::Unit::Second;
    });
  }

  void explain() {
    const Effort& effort = summary_.effort;
    const auto say = [&](std::string line) { summary_.steps.push_back(std::move(line)); };
    const auto number = [](std::uint64_t n) { return std::to_string(n); };
    say("query: " + query::to_text(plan_.query));
    if (choice_) {
      const TokenNeed tokens = tokens_of(plan_.query.where, plan_.schema);
      say(tokens.empty() ? "filters: no word is sure to stand in every match"
                         : "filters: asked for the words of the query");
    } else {
      say("index: not used");
    }
    const auto filter = TextFilter::make(plan_.query.where, plan_.schema);
    std::string literals;
    if (filter)
      for (const std::string& literal : filter->literals()) literals += (literals.empty() ? "" : ", ") + literal;
    say(filter ? "stored text: lines are decoded that hold " + literals + ", or spell text otherwise"
               : "stored text: every line is decoded");
    say("segments: " + number(effort.segments) + ", left out by time " + number(effort.segments_by_time) +
        ", by filter " + number(effort.segments_by_filter) + ", answered by counts or columns " +
        number(effort.segments_by_columns));
    say("blocks of the others: " + number(effort.blocks) + ", left out by time " + number(effort.blocks_by_time) +
        ", by filter " + number(effort.blocks_by_filter) + ", read " + number(effort.blocks_read) +
        " (with journals), of these without a line to decode " + number(effort.blocks_by_text));
    say("lines decoded: " + number(effort.lines_decoded) + " of " + number(effort.text_bytes) + " bytes of text, " +
        number(effort.bytes_read) + " bytes on disk");
  }

  Result<void> read_all(Units& units, Scanning& scanning) {
    if (plan_.wants_rows && plan_.rows_left == 0 && !wants_all()) end(Ending::Limit);
    while (!ended()) {
      while (under_way_.size() < kUnderWay) {
        if (limit_reached_) units.leave_out_counted();  // what is left to do is counting
        TRY_ASSIGN(auto unit, units.next());
        if (!unit) break;
        if (unit->is_counted && limit_reached_) continue;
        under_way_.push_back(unit->upper);
        scanning.give(*std::move(unit));
      }
      if (under_way_.empty()) {
        give_rows(std::nullopt);
        return {};
      }
      auto done = scanning.take(std::min(next_progress_, deadline()));
      if (done) TRY(take_in(*std::move(done), units));
      give_rows(highest_to_come(units));
      tell_progress(units);
      if (!ended() && Clock::now() >= deadline()) end(Ending::Timeout);
    }
    return {};
  }

  Result<void> take_in(Done done, Units& units) {
    under_way_.erase(std::ranges::find(under_way_, done.unit.upper));
    bytes_done_ += done.unit.disk_bytes;
    summary_.matches += done.answer.matches;
    Effort& effort = summary_.effort;
    effort.blocks_read += done.answer.effort.blocks_read;
    effort.bytes_read += done.answer.effort.bytes_read;
    effort.text_bytes += done.answer.effort.text_bytes;
    effort.lines_decoded += done.answer.effort.lines_decoded;
    std::ranges::move(done.answer.damages, std::back_inserter(summary_.damages));
    for (Row& row : done.answer.rows) pending_.push(std::move(row));
    if (!done.answer.unreadable) return {};
    if (done.answer.unreadable->code != ErrorCode::Corrupt) return std::unexpected(*done.answer.unreadable);
    return units.replace(done.unit, *done.answer.unreadable);
  }

  /// No row to come has a higher number than this; nullopt: none come.
  std::optional<std::uint64_t> highest_to_come(const Units& units) const {
    std::optional<std::uint64_t> highest = units.upper();
    for (const std::uint64_t upper : under_way_) highest = std::max(highest, std::optional(upper));
    return highest;
  }

  void give_rows(std::optional<std::uint64_t> highest_to_come) {
    while (!ended() && !pending_.empty() && (!highest_to_come || pending_.top().seq > *highest_to_come)) {
      if (plan_.rows_left == 0) return;
      const Row& row = pending_.top();
      last_row_ = row.seq;
      --plan_.rows_left;
      const bool goes_on = sink_.row(row);
      pending_.pop();
      if (!goes_on) return end(Ending::Cancelled);
      if (plan_.rows_left == 0) {
        limit_reached_ = true;
        if (!wants_all()) end(Ending::Limit);
      }
    }
    reached_ = highest_to_come.value_or(0);
  }

  void tell_progress(const Units& units) {
    if (ended() || Clock::now() < next_progress_) return;
    next_progress_ = Clock::now() + kProgressEvery;
    if (!sink_.progress({bytes_done_, units.bytes_total(), summary_.matches, reached_})) end(Ending::Cancelled);
  }

  Clock::time_point deadline() const {
    return request_.timeout_us == 0 ? Clock::time_point::max()
                                    : started_ + std::chrono::microseconds(request_.timeout_us);
  }

  /// Table and histogram, also of what was read before the time was over.
  void give_ends(std::deque<Scanner>& scanners) {
    if (limit_reached_ && summary_.ending == Ending::Complete) summary_.ending = Ending::Limit;
    if (limit_reached_) summary_.next_end_seq = last_row_;
    if (summary_.ending == Ending::Timeout && plan_.wants_rows)
      summary_.next_end_seq = reached_ == 0 ? 0 : reached_ + 1;
    if (summary_.ending == Ending::Cancelled) return;
    if (!plan_.wants_rows) {
      std::optional<query::StageRunner>& all = scanners.front().stages();
      for (std::size_t i = 1; i < scanners.size(); ++i) all->merge(*std::move(scanners[i].stages()));
      if (counted_stages_) all->merge(*std::move(counted_stages_));
      if (!sink_.table(all->table())) summary_.ending = Ending::Cancelled;
    }
    if (plan_.wants_histogram && summary_.ending != Ending::Cancelled) {
      MinuteCounts all = std::move(counted_minutes_);
      for (Scanner& scanner : scanners)
        for (const auto& [minute, count] : scanner.minutes()) all[minute] += count;
      if (!sink_.histogram(histogram_of(all))) summary_.ending = Ending::Cancelled;
    }
  }

  struct BySeq {
    bool operator()(const Row& a, const Row& b) const { return a.seq < b.seq; }
  };

  const SearchRequest& request_;
  const Folders& folders_;
  SearchSink& sink_;
  const Clock::time_point started_;
  Clock::time_point next_progress_ = started_ + kProgressEvery;
  SearchPlan plan_;
  std::optional<IndexChoice> choice_;
  MinuteCounts counted_minutes_;                      ///< by the index
  std::optional<query::StageRunner> counted_stages_;  ///< likewise
  SearchSummary summary_;
  std::vector<std::uint64_t> under_way_;  ///< upper bounds of the units that are being scanned
  std::priority_queue<Row, std::vector<Row>, BySeq> pending_;
  std::uint64_t bytes_done_ = 0, reached_ = UINT64_MAX, last_row_ = 0;
  bool ended_ = false, limit_reached_ = false;
};

}  // namespace

std::expected<SearchSummary, SearchFailure> answer(const SearchRequest& request, const Folders& folders,
                                                   SearchSink& sink) {
  auto query = query::parse_query(request.query);
  if (!query)
    return std::unexpected(SearchFailure{{ErrorCode::InvalidInput, "the query is not understood"}, query.error()});
  auto zone = request.zone.empty() ? Result<TimeZone>(TimeZone::utc()) : TimeZone::named(request.zone);
  if (!zone) return std::unexpected(SearchFailure{std::move(zone).error(), std::nullopt});
  Search search(request, folders, sink, *std::move(query), *std::move(zone));
  auto summary = search.run();
  if (!summary) return std::unexpected(SearchFailure{std::move(summary).error(), std::nullopt});
  return *std::move(summary);
}

}  // namespace yorozu::archive::search
