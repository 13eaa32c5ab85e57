/// For tests: rules from YAML, events from names and texts.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "detect/engine.h"
#include "event/logsource.h"
#include "sigma/load.h"

namespace yorozu::detect::testing {

/// A detection rule on Windows process creation unless `logsource` says otherwise; `detection` as YAML, indented by
/// two.
inline std::string rule_text(const std::string& title, const std::string& detection,
                             const std::string& logsource = "product: windows\n  category: process_creation") {
  static int number = 0;
  char id[40];
  std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", ++number);
  return "title: " + title + "\nid: " + id + "\nlogsource:\n  " + logsource + "\ndetection:\n" + detection + "\n";
}

/// One event after the other, and what the rules say to them.
class Bench {
 public:
  explicit Bench(const std::vector<std::string>& texts, const sigma::LoadOptions& options = {}) {
    std::vector<sigma::RuleText> all;
    for (const std::string& text : texts) all.push_back({"test.yml", text});
    auto compiled = compile(sigma::load(all, options), schema, event::LogsourceMap::builtin());
    EXPECT_TRUE(compiled);
    rules = *compiled;
    for (const auto& diagnostic : rules_of(*rules).diagnostics)
      EXPECT_NE(diagnostic.severity, sigma::Diagnostic::Severity::Error) << diagnostic.message;
    matcher.emplace(rules);
  }

  using Fields = std::vector<std::pair<std::string, std::string>>;

  /// A Windows event; EventID and Channel become fields as in every Windows event.
  event::Event& add(const std::string& channel, std::uint32_t id, const Fields& fields) {
    std::vector<event::NameId> names{event::name::kEventID, event::name::kChannel};
    std::vector<event::Value> values{text(std::to_string(id)), text(channel)};
    for (const auto& [name, value] : fields) {
      names.push_back(schema.names.intern(name));
      values.push_back(value == kNull ? event::Value{} : text(value));
    }
    event::Event event;
    event.channel = schema.names.intern(channel);
    event.event_id = id;
    event.logsource = event::LogsourceMap::builtin().id_of("windows", "", "").value_or(0);
    event.shape = event::shape_for(names, schema, batch);
    event.first_value = static_cast<std::uint32_t>(batch.values.size());
    batch.values.insert(batch.values.end(), values.begin(), values.end());
    batch.events.push_back(event);
    return batch.events.back();
  }
  event::Event& add_process(const Fields& fields) { return add("Microsoft-Windows-Sysmon/Operational", 1, fields); }

  /// Titles of the rules that match, with the number of the event in front ("0 title"); forgets the events.
  std::vector<std::string> run() {
    std::vector<std::string> out;
    positions.clear();
    matcher->match(batch, [&](const Match& match) {
      const auto number = &match.event - batch.events.data();
      out.push_back(std::to_string(number) + " " + rules_of(*rules).rules[match.rule].meta.title);
      positions.emplace_back(match.value_positions.begin(), match.value_positions.end());
    });
    return out;
  }
  void clear() { batch.clear(); }

  event::Value text(const std::string& value) { return event::utf8_value(batch.arena.copy(value)); }

  static constexpr const char* kNull = "(null)";
  event::Schema schema;
  event::EventBatch batch;
  std::shared_ptr<const CompiledRules> rules;
  std::optional<Matcher> matcher;
  std::vector<std::vector<std::uint16_t>> positions;  ///< of each match of the newest run()
};

}  // namespace yorozu::detect::testing
