// Two sorters stand between the threads and the output. Rows go into one as they are found. Matches that a correlation
// rests on go into the other, and when everything is read the correlator gets them in order of time: so it needs no
// tolerance for late events, however the files were ordered, and its findings join the rows before these are sorted.
// Each thread writes and sorts runs of its own; nothing is serial but the last merge.
#include "hunt/hunt.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/try.h"
#include "detect/match_fields.h"
#include "hunt/pipeline.h"

namespace yorozu::hunt {

namespace {

/// What the jobs of all threads share, read only.
struct Shared {
  const detect::CompiledRules& compiled;
  const event::Schema& schema;
  const HuntOptions& options;
  const detect::Correlator& correlator;
  std::vector<bool> shown;   // by rule
  std::vector<bool> wanted;  // by rule: a correlation rests on it
  HuntProgress& progress;
};

class HuntJob final : public UnitJob {
 public:
  HuntJob(const Shared& shared, detect::Matcher& matcher, RowOrder::Writer rows, MatchOrder::Writer matches)
      : shared_(shared), matcher_(matcher), rows_(std::move(rows)), matches_(std::move(matches)) {}

  std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch& batch) override {
    newest_ = nullptr;
    matcher_.match(batch, [&](const detect::Match& match) { on_match(work, match); });
    shared_.progress.events.fetch_add(batch.events.size(), std::memory_order_relaxed);
    return nullptr;
  }

 private:
  void on_match(const Work& work, const detect::Match& match) {
    const bool shown = shared_.shown[match.rule], wanted = shared_.wanted[match.rule];
    if (!shown && !wanted) return;
    if (newest_ != &match.event) look_at(match);
    if (!passes_) return;
    const auto place = static_cast<std::uint64_t>(&match.event - match.batch.events.data());
    Row row;
    row.rule = match.rule;
    row.time = match.event.time;
    row.file = work.file;
    row.order = (work.index << 24) | place;
    row.record_id = match.event.record_id;
    row.line = match.event.line;
    row.host = host_;
    if (wanted) add_for_correlation(match, row);
    if (!shown) return;
    row.event_id = match.event.event_id;
    row.channel = shared_.schema.names.text(match.event.channel);
    fields_.clear();
    detect::append_match_fields(match, shared_.schema.names, fields_);
    row.fields = fields_;
    rows_.add(row);
    shared_.progress.matches.fetch_add(1, std::memory_order_relaxed);
  }

  /// Host and filters are asked once for each event that any rule matched.
  void look_at(const detect::Match& match) {
    newest_ = &match.event;
    host_ = match.batch.host_of(match.event);
    const RowFilter& filter = shared_.options.filter;
    passes_ =
        filter.wants_time(match.event.time) && (!filter.looks_at(Subject::Host) || filter.wants_host(host_)) &&
        (!filter.looks_at(Subject::Channel) || filter.wants_channel(shared_.schema.names.text(match.event.channel)));
  }

  void add_for_correlation(const detect::Match& match, const Row& row) {
    values_.clear();
    for (const std::string& field : shared_.correlator.fields_of(match.rule)) {
      auto all = detect::field_values(shared_.compiled, match.rule, field, match.event, match.batch);
      values_.push_back(all.empty() ? std::nullopt : std::optional(std::move(all.front())));
    }
    matches_.add(row, values_);
  }

  const Shared& shared_;
  detect::Matcher& matcher_;
  RowOrder::Writer rows_;
  MatchOrder::Writer matches_;
  const event::Event* newest_ = nullptr;
  bool passes_ = true;
  std::string host_, fields_;
  std::vector<std::optional<std::string>> values_;
};

}  // namespace

struct Hunt::Impl {
  std::shared_ptr<const detect::CompiledRules> compiled;
  const RuleTable& rules;
  event::Schema& schema;
  const event::LogsourceMap& logsources;
  HuntOptions options;
  detect::Correlator correlator;
  HuntFiles files;

  Shared share(HuntProgress& progress) const;
  Result<HuntResult> read(Input& input, HuntProgress& progress);
};

Result<HuntFiles> HuntFiles::open(const std::filesystem::path& folder, unsigned threads, Grouping grouping) {
  TRY_ASSIGN(RowOrder rows, RowOrder::open(folder, kRowMemory, threads, grouping));
  TRY_ASSIGN(MatchOrder matches, MatchOrder::open(folder, kMatchMemory, threads));
  return HuntFiles{std::move(rows), std::move(matches)};
}

Hunt::Hunt(HuntFiles files, const std::shared_ptr<const detect::CompiledRules>& compiled, const RuleTable& rules,
           event::Schema& schema, const event::LogsourceMap& logsources, HuntOptions options)
    : impl_(new Impl{compiled, rules, schema, logsources, std::move(options),
                     detect::Correlator(detect::rules_of(*compiled), {}), std::move(files)}) {}
Hunt::~Hunt() = default;

Shared Hunt::Impl::share(HuntProgress& progress) const {
  Shared out{*compiled, schema, options, correlator, {}, {}, progress};
  const std::size_t plain_rules = detect::rules_of(*compiled).rules.size();
  for (std::uint32_t i = 0; i < plain_rules; ++i) {
    out.shown.push_back(options.filter.shows_rule(rules[i]));
    out.wanted.push_back(correlator.wants(i));
  }
  return out;
}

Result<HuntResult> Hunt::Impl::read(Input& input, HuntProgress& progress) {
  const Shared shared = share(progress);
  std::mutex mutex;  // guards matchers
  std::vector<std::unique_ptr<detect::Matcher>> matchers;
  const MakeJob make_job = [&] {
    auto matcher = std::make_unique<detect::Matcher>(compiled);
    const std::scoped_lock lock(mutex);
    matchers.push_back(std::move(matcher));
    return std::make_unique<HuntJob>(shared, *matchers.back(), files.rows.writer(), files.matches.writer());
  };
  HuntResult out;
  TRY_ASSIGN(out.files, run_pipeline(input, schema, logsources, {options.threads, options.cancelled}, make_job,
                                     [](std::uint32_t, std::unique_ptr<UnitOutput>) {}));
  std::vector<const detect::Matcher::Coverage*> coverage;
  coverage.reserve(matchers.size());
  for (const auto& matcher : matchers) coverage.push_back(&matcher->coverage());
  out.cannot_fire = detect::cannot_fire(*compiled, coverage);
  out.events = progress.events;
  return out;
}

Result<HuntResult> Hunt::run(Input& input, RowSink& sink, HuntProgress& progress) {
  TRY_ASSIGN(HuntResult out, impl_->read(input, progress));
  progress.reading = false;
  RowOrder::Writer rows = impl_->files.rows.single_writer();
  TRY(correlate(impl_->files.matches, impl_->correlator, impl_->rules, impl_->options.filter, input, rows));
  out.correlation = impl_->correlator.counters();
  out.correlated = out.correlation.matches > 0;
  TRY(impl_->files.rows.for_each([&](const Row& row) { return sink.row(row); }));
  return out;
}

}  // namespace yorozu::hunt
