// Our own rules under rules/: complete in both languages, understood without a warning, and right on their samples.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "detect/correlation.h"
#include "detect/engine.h"
#include "samples.h"
#include "sigma/load.h"

namespace yorozu::starter {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

std::vector<sigma::RuleText> all_rules() {
  std::vector<sigma::RuleText> out;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(YOROZU_SOURCE_DIR) / "rules")) {
    const std::string name = entry.path().generic_string();
    if (name.ends_with(".yml") && !name.ends_with(".test.yml")) out.push_back({name, text_of(entry.path())});
  }
  std::ranges::sort(out, {}, &sigma::RuleText::file);
  return out;
}

/// Counts what a person would see: matches of rules that alert, and correlations that alert.
class RuleTrial {
 public:
  explicit RuleTrial(const sigma::RuleText& rule) {
    auto set = sigma::load({&rule, 1});
    auto compiled = detect::compile(std::move(set), schema_, event::LogsourceMap::builtin());
    if (compiled)
      rules_ = *compiled;
    else
      ADD_FAILURE() << compiled.error().message;
  }

  std::uint64_t findings(const SampleCase& sample) {
    std::uint64_t count = 0;
    detect::Matcher matcher(rules_);
    detect::Correlator correlator(detect::rules_of(*rules_), {});
    const auto found = [&](detect::CorrelationFinding&&) { ++count; };
    std::vector<std::pair<std::int64_t, std::pair<const SampleEvent*, std::uint32_t>>> order;
    for (const SampleEvent& event : sample.events)
      for (std::uint32_t copy = 0; copy < event.repeat; ++copy)
        order.push_back({event.at_s + event.every_s * copy, {&event, copy}});
    std::ranges::stable_sort(order, {}, [](const auto& entry) { return entry.first; });
    std::uint64_t number = 0;
    for (const auto& [at, event] : order) {
      event::EventBatch batch;
      std::string storage;
      add_event(*event.first, event.second, schema_, event::LogsourceMap::builtin(), batch, storage);
      ++number;
      matcher.match(batch, [&](const detect::Match& match) {
        if (detect::rules_of(*rules_).rules[match.rule].alerts) ++count;
        if (correlator.wants(match.rule)) correlator.push(rule_match(match, correlator, number), found);
      });
    }
    correlator.finish(found);
    return count;
  }

 private:
  detect::RuleMatch rule_match(const detect::Match& match, const detect::Correlator& correlator, std::uint64_t number) {
    detect::RuleMatch out{match.rule, match.event.time, {0, number, number}, {}};
    for (const std::string& field : correlator.fields_of(match.rule)) {
      const auto values = detect::field_values(*rules_, match.rule, field, match.event, match.batch);
      out.values.push_back(values.empty() ? std::nullopt : std::optional(values[0]));
    }
    return out;
  }

  event::Schema schema_;
  std::shared_ptr<const detect::CompiledRules> rules_;
};

TEST(StarterRules, AllAreUnderstoodWithoutAnyDiagnostic) {
  const auto set = sigma::load(all_rules());
  for (const sigma::Diagnostic& diagnostic : set.diagnostics)
    ADD_FAILURE() << diagnostic.file << ':' << diagnostic.span.line << ": " << diagnostic.message << " ["
                  << diagnostic.code << ']';
  EXPECT_EQ(set.failed, 0U);
}

TEST(StarterRules, ThereAreAtLeastSixtyWithTwelveCorrelations) {
  const auto set = sigma::load(all_rules());
  const auto alerting = std::ranges::count_if(set.rules, &sigma::Rule::alerts);
  EXPECT_GE(alerting, 60);
  EXPECT_GE(set.correlations.size(), 12U);
}

void check_words(const sigma::Metadata& meta) {
  SCOPED_TRACE(meta.file + " " + meta.title);
  EXPECT_FALSE(meta.title.empty());
  EXPECT_FALSE(meta.title_ja.empty());
  EXPECT_FALSE(meta.description.empty());
  EXPECT_FALSE(meta.description_ja.empty());
  EXPECT_FALSE(meta.falsepositives.empty());
  EXPECT_TRUE(meta.has_level);
  EXPECT_EQ(meta.author, "Yorozu");
  EXPECT_FALSE(meta.date.empty());
  EXPECT_TRUE(std::ranges::any_of(meta.tags, [](const std::string& tag) { return tag.starts_with("attack."); }));
  EXPECT_TRUE(std::ranges::any_of(meta.description_ja, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
  ASSERT_EQ(meta.id.size(), 36U);
  EXPECT_EQ(meta.id[14], '4') << "a random UUID (version 4)";
}

TEST(StarterRules, EachIsDescribedInBothLanguages) {
  const auto set = sigma::load(all_rules());
  for (const sigma::Rule& rule : set.rules) check_words(rule.meta);
  for (const sigma::Correlation& correlation : set.correlations) check_words(correlation.meta);
}

TEST(StarterRules, NoIdStandsTwice) {
  const auto set = sigma::load(all_rules());
  std::set<std::string> ids;
  for (const sigma::Rule& rule : set.rules) EXPECT_TRUE(ids.insert(rule.meta.id).second) << rule.meta.file;
  for (const sigma::Correlation& one : set.correlations) EXPECT_TRUE(ids.insert(one.meta.id).second) << one.meta.file;
}

TEST(StarterRules, EachFindsItsSamplesAndLeavesTheOthersAlone) {
  for (const sigma::RuleText& rule : all_rules()) {
    SCOPED_TRACE(rule.file);
    const fs::path samples = fs::path(rule.file).replace_extension(".test.yml");
    if (!fs::exists(samples)) {
      ADD_FAILURE() << "no samples";
      continue;
    }
    const auto cases = read_samples(text_of(samples));
    if (!cases) {
      ADD_FAILURE() << cases.error().message;
      continue;
    }
    EXPECT_TRUE(std::ranges::any_of(*cases, [](const SampleCase& one) { return one.findings > 0; }));
    EXPECT_TRUE(std::ranges::any_of(*cases, [](const SampleCase& one) { return one.findings == 0; }));
    RuleTrial run(rule);
    for (const SampleCase& one : *cases) EXPECT_EQ(run.findings(one), one.findings) << one.name;
  }
}

TEST(StarterRules, NoSamplesAreLeftWithoutTheirRule) {
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(YOROZU_SOURCE_DIR) / "rules")) {
    std::string name = entry.path().generic_string();
    if (!name.ends_with(".test.yml")) continue;
    name.replace(name.size() - 9, 9, ".yml");
    EXPECT_TRUE(fs::exists(name)) << name;
  }
}

}  // namespace
}  // namespace yorozu::starter
