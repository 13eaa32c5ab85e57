// What the starter rules alone say about the shared logs: most attacks are flagged, plain logs stay quiet.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "../../bench/corpus.h"
#include "base/test_data.h"
#include "detect/correlation.h"
#include "detect/engine.h"
#include "sigma/load.h"

namespace {

using namespace yorozu;
namespace fs = std::filesystem;

std::vector<sigma::RuleText> starter_rules() {
  std::vector<sigma::RuleText> out;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(YOROZU_SOURCE_DIR) / "rules")) {
    const std::string name = entry.path().generic_string();
    if (!name.ends_with(".yml") || name.ends_with(".test.yml")) continue;
    std::ostringstream text;
    text << std::ifstream(name, std::ios::binary).rdbuf();
    out.push_back({name, text.str()});
  }
  std::ranges::sort(out, {}, &sigma::RuleText::file);
  return out;
}

class SharedLogs : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto data = shared_data())
      data_ = *data;
    else
      GTEST_SKIP() << kNoSharedData;
    auto compiled = detect::compile(sigma::load(starter_rules()), schema_, map_, {.threads = 2});
    ASSERT_TRUE(compiled.has_value());
    rules_ = *compiled;
    matcher_ = std::make_unique<detect::Matcher>(rules_);
  }

  /// Titles of what alerts in the file at or above `level`, correlations over this file included.
  std::set<std::string> findings(const bench::CorpusFile& file, sigma::Level level) {
    std::set<std::string> out;
    const sigma::RuleSet& set = detect::rules_of(*rules_);
    detect::Correlator correlator(set, {});
    std::vector<detect::RuleMatch> wanted;
    auto& decoder = decoders_[file.format];
    if (!decoder) decoder = codec::make_decoder(file.format, schema_, map_, {});
    bench::for_each_batch(file, *decoder, batch_, [&](event::EventBatch& events) {
      matcher_->match(events, [&](const detect::Match& match) {
        const sigma::Rule& rule = set.rules[match.rule];
        if (rule.alerts && rule.meta.level >= level) out.insert(rule.meta.title);
        if (!correlator.wants(match.rule)) return;
        detect::RuleMatch& one = wanted.emplace_back();
        one.rule = match.rule;
        one.time = match.event.time;
        one.reference.order = wanted.size();
        for (const std::string& field : correlator.fields_of(match.rule)) {
          const auto values = detect::field_values(*rules_, match.rule, field, match.event, match.batch);
          one.values.push_back(values.empty() ? std::nullopt : std::optional(values[0]));
        }
      });
    });
    std::ranges::stable_sort(wanted, {}, &detect::RuleMatch::time);
    const auto found = [&](detect::CorrelationFinding&& finding) {
      const sigma::Metadata& meta = set.correlations[finding.correlation].meta;
      if (meta.level >= level) out.insert(meta.title);
    };
    for (detect::RuleMatch& match : wanted) correlator.push(std::move(match), found);
    correlator.finish(found);
    return out;
  }

  fs::path data_;
  event::Schema schema_;
  const event::LogsourceMap& map_ = event::LogsourceMap::builtin();
  std::shared_ptr<const detect::CompiledRules> rules_;
  std::unique_ptr<detect::Matcher> matcher_;
  std::map<codec::Format, std::unique_ptr<codec::UnitDecoder>> decoders_;
  event::EventBatch batch_;
};

TEST_F(SharedLogs, MostAttackFilesAreFlaggedAtMediumOrAbove) {
  std::size_t files = 0, flagged = 0;
  for (const char* folder : {"EVTX-ATTACK-SAMPLES", "EVTX-to-MITRE-Attack", "hayabusa-sample-evtx"}) {
    std::size_t here = 0, hit = 0;
    for (const bench::CorpusFile& file : bench::read_corpus({(data_ / "evtx" / folder).string()}, {".evtx"})) {
      ++here;
      if (!findings(file, sigma::Level::Medium).empty())
        ++hit;
      else if (std::getenv("YOROZU_SHOW_MISSED") != nullptr)
        std::printf("missed: %s\n", file.name.c_str());
    }
    std::printf("%s: %zu of %zu files flagged\n", folder, hit, here);
    files += here;
    flagged += hit;
  }
  ASSERT_GT(files, 0U);
  EXPECT_GE(flagged * 100, files * 75) << flagged << " of " << files;
}

TEST_F(SharedLogs, LogsOfServersAndDevicesHaveNothingHigh) {
  const auto files = bench::read_corpus({(data_ / "loghub").string()}, {".log"});
  ASSERT_FALSE(files.empty());
  for (const bench::CorpusFile& file : files)
    for (const std::string& title : findings(file, sigma::Level::High)) ADD_FAILURE() << file.name << ": " << title;
}

TEST_F(SharedLogs, PlainSystemLogsHaveNothingHigh) {
  // sysmon.evtx and the Security logs among these samples show a laboratory at work and are no plain system logs.
  const std::set<std::string> laboratory = {"sysmon.evtx", "security.evtx", "post-Security.evtx",
                                            "Security_with_size_t.evtx"};
  std::size_t files = 0;
  for (const bench::CorpusFile& file : bench::read_corpus({(data_ / "evtx" / "evtx-rs").string()}, {".evtx"})) {
    if (laboratory.contains(fs::path(file.name).filename().string())) continue;
    ++files;
    for (const std::string& title : findings(file, sigma::Level::High)) ADD_FAILURE() << file.name << ": " << title;
  }
  EXPECT_GE(files, 5U);
}

}  // namespace
