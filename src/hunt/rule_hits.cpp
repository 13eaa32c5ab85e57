#include "hunt/rule_hits.h"

#include <algorithm>
#include <map>

#include "base/try.h"
#include "detect/correlation.h"
#include "hunt/pipeline.h"

namespace yorozu::hunt {
namespace {

struct Output final : UnitOutput {
  std::vector<RuleHit> hits;
  std::vector<detect::RuleMatch> matches;  ///< that correlations want
};

/// First value of each field that correlations ask of the rule.
std::vector<std::optional<std::string>> values_for(const detect::CompiledRules& rules, const detect::Correlator& wants,
                                                   const detect::Match& match) {
  std::vector<std::optional<std::string>> out;
  for (const std::string& field : wants.fields_of(match.rule)) {
    std::vector<std::string> values = detect::field_values(rules, match.rule, field, match.event, match.batch);
    out.push_back(values.empty() ? std::nullopt : std::optional(std::move(values[0])));
  }
  return out;
}

class Job final : public UnitJob {
 public:
  Job(std::shared_ptr<const detect::CompiledRules> rules, const detect::Correlator& wants)
      : rules_(std::move(rules)), wants_(wants), matcher_(rules_) {}

  std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch& batch) override {
    auto out = std::make_unique<Output>();
    matcher_.match(batch, [&](const detect::Match& match) {
      const std::uint64_t record = record_number(match.event);
      out->hits.push_back({work.file, record, match.rule, false});
      if (wants_.wants(match.rule))
        out->matches.push_back({match.rule,
                                match.event.time,
                                {work.file, record, match.event.position},
                                values_for(*rules_, wants_, match)});
    });
    return out;
  }

 private:
  std::shared_ptr<const detect::CompiledRules> rules_;
  const detect::Correlator& wants_;
  detect::Matcher matcher_;
};

void correlate(const sigma::RuleSet& rules, std::vector<detect::RuleMatch> matches, std::uint32_t file,
               std::vector<RuleHit>& hits) {
  std::ranges::stable_sort(matches, {},
                           [](const detect::RuleMatch& m) { return std::tuple(m.time, m.reference.order); });
  detect::Correlator correlator(rules, {});
  const auto sink = [&](detect::CorrelationFinding&& finding) {
    hits.push_back({file, finding.events.back().record, finding.correlation, true});
  };
  for (detect::RuleMatch& match : matches) correlator.push(std::move(match), sink);
  correlator.finish(sink);
}

}  // namespace

std::uint64_t record_number(const event::Event& event) {
  if (event.record_id != event::kNoRecordId) return event.record_id;
  return event.line != 0 ? event.line : event.position;
}

Result<std::vector<RuleHit>> find_rule_hits(const std::shared_ptr<const detect::CompiledRules>& rules, Input& input,
                                            event::Schema& schema, const event::LogsourceMap& logsources,
                                            unsigned threads) {
  const detect::Correlator wants(detect::rules_of(*rules), {});
  std::vector<RuleHit> hits;
  std::map<std::uint32_t, std::vector<detect::RuleMatch>> by_file;
  PipelineOptions options;
  options.threads = threads;
  TRY(run_pipeline(
      input, schema, logsources, options, [&] { return std::make_unique<Job>(rules, wants); },
      [&](std::uint32_t file, std::unique_ptr<UnitOutput> any) {
        auto& out = static_cast<Output&>(*any);
        hits.insert(hits.end(), out.hits.begin(), out.hits.end());
        std::ranges::move(out.matches, std::back_inserter(by_file[file]));
      }));
  for (auto& [file, matches] : by_file) correlate(detect::rules_of(*rules), std::move(matches), file, hits);
  std::ranges::sort(hits);
  return hits;
}

}  // namespace yorozu::hunt
