// The engine against the naive evaluator, on all sample logs with all rules at hand: the same rules on the same events.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "../../bench/corpus.h"
#include "base/test_data.h"
#include "detect/engine.h"
#include "hunt/rule_source.h"
#include "sigma/naive.h"

namespace {

using namespace yorozu;

/// Rules with one logsource, ready for the naive way.
struct NaiveGroup {
  sigma::Logsource logsource;
  std::vector<std::pair<std::uint32_t, sigma::Oracle>> rules;
};

std::vector<NaiveGroup> group_rules(const sigma::RuleSet& rules) {
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> at;
  std::vector<NaiveGroup> out;
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    const sigma::Rule& rule = rules.rules[i];
    if (!rule.empty_placeholders.empty()) continue;
    const auto& source = rule.logsource;
    const auto [slot, is_new] = at.try_emplace({source.product, source.category, source.service}, out.size());
    if (is_new) out.push_back({source, {}});
    out[slot->second].rules.emplace_back(i, sigma::Oracle(rule.condition));
  }
  return out;
}

std::set<std::uint32_t> naive_hits(const std::vector<NaiveGroup>& groups, const event::Event& event,
                                   const event::EventBatch& batch, const event::Schema& schema,
                                   const event::LogsourceMap& map) {
  std::set<std::uint32_t> out;
  for (const NaiveGroup& group : groups)
    for (const event::Role& role : sigma::roles_of(group.logsource, event, batch, schema, map)) {
      const sigma::EventFields fields(event, batch, schema.names, &role);
      for (const auto& [index, oracle] : group.rules)
        if (oracle.matches(fields)) out.insert(index);
    }
  return out;
}

/// Sanitizer builds look at a part of the events only: the naive way takes minutes for all.
std::size_t step() {
  if (const char* wanted = std::getenv("YOROZU_ORACLE_STEP")) return std::strtoul(wanted, nullptr, 10);
#ifdef YOROZU_SANITIZED
  return 97;
#else
  return 1;
#endif
}

class CorpusOracle : public testing::Test {
 protected:
  void compare(const std::vector<std::string>& endings, const std::vector<std::string>& folders) {
    const auto data = shared_data();
    if (!data) GTEST_SKIP() << kNoSharedData;
    std::vector<std::string> rule_paths, log_paths;
    for (const char* folder :
         {"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder", "rules-compliance"})
      rule_paths.push_back((*data / "sigma" / folder).string());
    for (const std::string& folder : folders) log_paths.push_back((*data / folder).string());
    const auto texts = hunt::read_rules(rule_paths);
    ASSERT_TRUE(texts) << texts.error().message;
    event::Schema schema;
    const auto& map = event::LogsourceMap::builtin();
    const auto compiled = detect::compile(sigma::load(texts->texts), schema, map, {.threads = 2});
    ASSERT_TRUE(compiled) << compiled.error().message;
    const sigma::RuleSet& rules = detect::rules_of(**compiled);
    const auto groups = group_rules(rules);
    detect::Matcher matcher(*compiled);
    std::map<codec::Format, std::unique_ptr<codec::UnitDecoder>> decoders;
    event::EventBatch batch;
    std::size_t seen = 0, compared = 0, hits = 0, differences = 0;
    for (const bench::CorpusFile& file : bench::read_corpus(log_paths, endings)) {
      auto& decoder = decoders[file.format];
      if (!decoder) decoder = codec::make_decoder(file.format, schema, map, {});
      bench::for_each_batch(file, *decoder, batch, [&](event::EventBatch& events) {
        std::map<const event::Event*, std::set<std::uint32_t>> fast;
        matcher.match(events, [&](const detect::Match& match) { fast[&match.event].insert(match.rule); });
        for (const event::Event& event : events.events) {
          if (!fast.contains(&event) && seen++ % step() != 0) continue;
          ++compared;
          const auto slow = naive_hits(groups, event, events, schema, map);
          hits += slow.size();
          for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
            if (slow.contains(i) == fast[&event].contains(i)) continue;
            if (++differences <= 20)
              ADD_FAILURE() << file.name << " record " << event.record_id << " line " << event.line << " offset "
                            << event.position << ": " << rules.rules[i].meta.title << " (" << rules.rules[i].meta.id
                            << ") naive " << slow.contains(i) << ", engine " << fast[&event].contains(i);
          }
        }
      });
    }
    EXPECT_EQ(differences, 0U);
    EXPECT_GT(hits, 0U);
    RecordProperty("events", static_cast<int>(compared));
    RecordProperty("hits", static_cast<int>(hits));
    std::printf("compared %zu events, %zu hits\n", compared, hits);
  }
};

TEST_F(CorpusOracle, AgreesOnEveryWindowsLog) {
  compare({".evtx"}, {"evtx", "sigma/regression_data"});
}

TEST_F(CorpusOracle, AgreesOnJsonExports) {
  compare({".json", ".jsonl"}, {"otrf-security-datasets"});
}

}  // namespace
