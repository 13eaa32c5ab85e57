// Sigma's rules for auditd test single records (type EXECVE with a0, type PATH with name ...). Here several records are
// one event with several values of each field: what matched a record before must match the event it belongs to.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "base/file.h"
#include "base/test_data.h"
#include "codec/formats/formats.h"
#include "codec/test_events.h"
#include "detect/engine.h"
#include "hunt/rule_source.h"

namespace {

using namespace yorozu;

class AuditRules : public testing::Test {
 protected:
  void SetUp() override {
    const auto data = shared_data();
    if (!data) GTEST_SKIP() << kNoSharedData;
    data_ = *data;
    const std::vector<std::string> paths = {
        (data_ / "sigma/rules/linux").string(), (data_ / "sigma/rules-threat-hunting").string(),
        (data_ / "sigma/rules-emerging-threats").string(), std::string(YOROZU_SOURCE_DIR) + "/rules/linux"};
    const auto texts = hunt::read_rules(paths);
    ASSERT_TRUE(texts) << texts.error().message;
    const auto compiled = detect::compile(sigma::load(texts->texts), schema_, event::LogsourceMap::builtin(), {});
    ASSERT_TRUE(compiled) << compiled.error().message;
    rules_ = *compiled;
    matcher_ = std::make_unique<detect::Matcher>(rules_);
    decoder_ = codec::make_decoder(codec::Format::Text, schema_, event::LogsourceMap::builtin(), {});
  }

  struct Result {
    std::size_t events = 0;
    std::map<std::uint64_t, std::set<std::uint32_t>> hits;  ///< by serial number: rules
  };
  void judge(std::string_view text, Result& result) {
    event::EventBatch batch;
    codec::UnitReport report;
    decoder_->decode({.bytes = as_bytes(text), .at_end = true}, batch, report);
    result.events += batch.events.size();
    matcher_->match(batch, [&](const detect::Match& match) { result.hits[match.event.record_id].insert(match.rule); });
  }

  /// Every hit of a record judged alone is a hit of its event; how many there were.
  std::size_t expect_kept(const std::string& log, const std::string& where) {
    Result alone, together;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) judge(line, alone);
    judge(log, together);
    EXPECT_LE(together.events, alone.events);
    std::size_t hits = 0;
    for (const auto& [serial, rules] : alone.hits)
      for (const std::uint32_t rule : rules) {
        ++hits;
        EXPECT_TRUE(together.hits[serial].contains(rule))
            << where << ", event " << serial << ": " << detect::rules_of(*rules_).rules[rule].meta.title;
      }
    return hits;
  }

  std::filesystem::path data_;
  event::Schema schema_;
  std::shared_ptr<const detect::CompiledRules> rules_;
  std::unique_ptr<detect::Matcher> matcher_;
  std::unique_ptr<codec::UnitDecoder> decoder_;
};

TEST_F(AuditRules, RealLogsKeepTheirHits) {
  std::size_t hits = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_ / "otrf-security-datasets/atomic/linux"))
    if (entry.path().extension() == ".log") hits += expect_kept(*read_file(entry.path()), entry.path().filename());
  EXPECT_GT(hits, 0U);
}

/// The selections of a rule, each as "key=value" pairs that fulfil its tests: the first value of lists, all of |all.
std::vector<std::vector<std::pair<std::string, std::string>>> selections_of(const std::string& yaml) {
  std::vector<std::vector<std::pair<std::string, std::string>>> out;
  std::istringstream lines(yaml);
  bool inside = false, takes_items = false, is_all = false;
  const auto plain = [](std::string text) {
    if (const std::size_t note = text.find(" #"); note != std::string::npos) text.resize(note);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.pop_back();
    while (!text.empty() && text.front() == ' ') text.erase(0, 1);
    if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front())
      text = text.substr(1, text.size() - 2);
    std::erase(text, '*');
    return text;
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("detection:")) inside = true;
    if (inside && !line.empty() && line.front() != ' ' && !line.starts_with("detection:")) break;
    if (!inside) continue;
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string::npos || line.starts_with("detection:")) continue;
    std::string text = line.substr(indent);
    if (indent == 4 && text.ends_with(':')) {
      out.emplace_back();
      continue;
    }
    if (out.empty()) continue;
    const bool is_item = text.starts_with("- ");
    if (is_item) text = text.substr(2);
    const std::size_t colon = text.find(':');
    const bool is_key = colon != std::string::npos && colon > 0 && text.find_first_of(" '\"/") > colon &&
                        (colon + 1 == text.size() || text[colon + 1] == ' ');
    if (is_key) {
      const std::string name = text.substr(0, colon);
      const std::string value = plain(text.substr(colon + 1));
      takes_items = value.empty();
      is_all = name.find("|all") != std::string::npos;
      out.back().emplace_back(name.substr(0, name.find('|')), value);
    } else if (is_item && takes_items && !out.back().empty()) {
      std::string& value = out.back().back().second;
      if (value.empty() || is_all) value += plain(text);
    }
  }
  return out;
}

std::string quoted(const std::string& value) {
  if (value.find_first_of("\" ") == std::string::npos) return '"' + value + '"';
  std::string hex;
  for (const char c : value) hex += "0123456789ABCDEF"[(c >> 4) & 15], hex += "0123456789ABCDEF"[c & 15];
  return hex;
}

TEST_F(AuditRules, RecordsMadeAfterEveryRuleKeepTheirHitsInCompany) {
  std::size_t rules = 0, hits = 0;
  std::set<std::string> matched;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data_ / "sigma")) {
    if (entry.path().extension() != ".yml") continue;
    const std::string yaml = *read_file(entry.path());
    if (yaml.find("service: auditd") == std::string::npos) continue;
    ++rules;
    auto selections = selections_of(yaml);
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& selection : selections)
      for (const auto& pair : selection) {
        const bool is_there = std::ranges::any_of(all, [&](const auto& known) { return known.first == pair.first; });
        if (!is_there) all.push_back(pair);
      }
    selections.push_back(all);
    std::uint64_t serial = 1;
    for (const auto& selection : selections) {
      const std::string stamp = " msg=audit(1604996384.965:" + std::to_string(serial++) + "): ";
      std::string type = "EXECVE", body;
      for (const auto& [name, value] : selection)
        if (name == "type")
          type = value;
        else if (!name.empty())
          body += " " + name + "=" + quoted(value);
      const std::string own = "type=" + type + stamp + body + "\n";
      const std::string log =
          "type=SYSCALL" + stamp +
          "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 items=1 ppid=1 pid=2 auid=1000 uid=0 comm=\"x\" "
          "exe=\"/usr/bin/x\" key=(null)\n" +
          own + "type=CWD" + stamp + "cwd=\"/\"\ntype=PATH" + stamp + "item=0 name=\"/usr/bin/x\" nametype=NORMAL\n" +
          "type=PROCTITLE" + stamp + "proctitle=\"x\"\ntype=EOE" + stamp + "\n";
      const std::size_t found = expect_kept(log, entry.path().filename());
      hits += found;
      if (found > 0) matched.insert(entry.path().filename());
    }
  }
  EXPECT_GE(rules, 50U);
  EXPECT_GE(matched.size(), rules / 2);
  std::printf("%zu rules, records made for %zu of them matched, %zu hits kept\n", rules, matched.size(), hits);
}

}  // namespace
