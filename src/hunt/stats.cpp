#include "hunt/stats.h"

#include "base/try.h"

namespace yorozu::hunt {

namespace {

struct Part : UnitOutput {
  Part(const event::Schema& schema, const event::LogsourceMap& logsources)
      : statistics(schema, logsources), pivots(schema) {}
  EventStatistics statistics;
  Pivots pivots;
};

class StatsJob : public UnitJob {
 public:
  StatsJob(const event::Schema& schema, const event::LogsourceMap& logsources, const StatsOptions& options,
           std::shared_ptr<const detect::CompiledRules> rules)
      : schema_(schema), logsources_(logsources), options_(options), rules_(rules), matcher_(std::move(rules)) {}

  std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch& batch) override {
    auto part = std::make_unique<Part>(schema_, logsources_);
    for (const event::Event& event : batch.events)
      if (in_time(event)) part->statistics.add(work.file, event, batch);
    const event::Event* newest = nullptr;  // matches come event by event: one that many rules match counts once
    matcher_.match(batch, [&](const detect::Match& match) {
      const sigma::Rule& rule = detect::rules_of(*rules_).rules[match.rule];
      if (!rule.alerts || rule.meta.level < sigma::Level::Medium || &match.event == newest || !in_time(match.event))
        return;
      newest = &match.event;
      part->pivots.add(match.event, batch);
    });
    return part;
  }

 private:
  bool in_time(const event::Event& event) const {
    if (options_.from.known() && (!event.time.known() || event.time < options_.from)) return false;
    return !options_.to.known() || (event.time.known() && event.time < options_.to);
  }

  const event::Schema& schema_;
  const event::LogsourceMap& logsources_;
  const StatsOptions& options_;
  std::shared_ptr<const detect::CompiledRules> rules_;
  detect::Matcher matcher_;
};

}  // namespace

Result<StatsResult> gather_statistics(Input& input, event::Schema& schema, const event::LogsourceMap& logsources,
                                      std::shared_ptr<const detect::CompiledRules> rules, const StatsOptions& options) {
  StatsResult result{EventStatistics(schema, logsources), Pivots(schema), {}};
  const auto make_job = [&] { return std::make_unique<StatsJob>(schema, logsources, options, rules); };
  const auto merge = [&](std::uint32_t, std::unique_ptr<UnitOutput> output) {
    auto& part = static_cast<Part&>(*output);
    result.statistics.merge(std::move(part.statistics));
    result.pivots.merge(part.pivots);
  };
  TRY_ASSIGN(result.files, run_pipeline(input, schema, logsources, options.pipeline, make_job, merge));
  return result;
}

}  // namespace yorozu::hunt
