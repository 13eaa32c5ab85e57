// yorozu rules list: rules and correlations, the most severe first.
#include <algorithm>
#include <cstdio>

#include "app/input_arguments.h"
#include "app/rules_command.h"
#include "base/display_width.h"
#include "base/escape.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace yorozu::app {

namespace {

using message::Id;

struct Listed {
  const sigma::Metadata* meta;
  const sigma::Logsource* logsource;  ///< nullptr: a correlation
  bool alerts;
};

/// Each word of `wanted` must be the product, category or service.
bool has_logsource(const Listed& rule, std::string_view wanted) {
  if (wanted.empty()) return true;
  if (rule.logsource == nullptr) return fold(wanted) == "correlation";
  while (!wanted.empty()) {
    const std::size_t slash = std::min(wanted.find('/'), wanted.size());
    const std::string word = fold(wanted.substr(0, slash));
    const sigma::Logsource& l = *rule.logsource;
    if (!word.empty() && word != l.product && word != l.category && word != l.service) return false;
    wanted.remove_prefix(std::min(slash + 1, wanted.size()));
  }
  return true;
}

bool has_tag(const Listed& rule, std::string_view wanted) {
  const std::string prefix = fold(wanted);
  return wanted.empty() ||
         std::ranges::any_of(rule.meta->tags, [&](const std::string& tag) { return fold(tag).starts_with(prefix); });
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out = terminal_safe(text);
  const std::size_t has = display_width(out);
  return out + std::string(has < width ? width - has : 0, ' ');
}

std::string as_json(const std::vector<Listed>& rules) {
  std::string out;
  JsonWriter j(out);
  j.begin_array();
  for (const auto& [meta, logsource, alerts] : rules) {
    j.begin_object().key("id").value(meta->id).key("title").value(meta->title);
    if (!meta->title_ja.empty()) j.key("title_ja").value(meta->title_ja);
    j.key("type").value(logsource == nullptr ? "correlation" : "rule");
    j.key("level").value(sigma::to_string(meta->level)).key("status").value(meta->status);
    if (logsource != nullptr) {
      j.key("logsource").begin_object();
      j.key("product").value(logsource->product).key("category").value(logsource->category);
      j.key("service").value(logsource->service).end_object();
    }
    j.key("tags").begin_array();
    for (const std::string& tag : meta->tags) j.value(tag);
    j.end_array().key("alerts").value(alerts).key("file").value(meta->file).end_object();
  }
  j.end_array();
  return out + "\n";
}

std::string as_table(const std::vector<Listed>& rules, message::Lang lang) {
  const std::string correlation(message::text(lang, Id::RulesCorrelation));
  const auto shown = [&](const Listed& rule) {
    return rule.logsource == nullptr ? correlation : logsource_text(*rule.logsource);
  };
  std::size_t width = 10;
  for (const Listed& rule : rules) width = std::max(width, display_width(terminal_safe(shown(rule))));
  constexpr std::size_t kLevelWidth = 15, kLargestWidth = 44;
  width = std::min(width, kLargestWidth) + 2;
  std::string out = padded(message::text(lang, Id::RulesListLevel), kLevelWidth) +
                    padded(message::text(lang, Id::RulesListLogsource), width) +
                    std::string(message::text(lang, Id::RulesListTitle)) + "  (id)\n";
  for (const Listed& rule : rules) {
    const std::string& title =
        lang == message::Lang::Ja && !rule.meta->title_ja.empty() ? rule.meta->title_ja : rule.meta->title;
    out += padded(sigma::to_string(rule.meta->level), kLevelWidth) + padded(shown(rule), width) + terminal_safe(title) +
           "  (" + terminal_safe(rule.meta->id) + ")";
    if (!rule.alerts) out += " - " + std::string(message::text(lang, Id::RulesSilent));
    out += "\n";
  }
  return out;
}

}  // namespace

int run_rules_list(const RulesListArguments& arguments, const Console& console) {
  sigma::Level least = sigma::Level::Informational;
  if (!arguments.level.empty()) {
    const auto level = sigma::parse_level(arguments.level);
    if (!level) return complain(message::format(console.lang, Id::RulesBadLevel, terminal_safe(arguments.level)));
    least = *level;
  }
  const auto loaded = load_rules(arguments);
  if (!loaded) return complain(loaded.error().message);
  for (const auto& [name, error] : loaded->source.problems) complain(terminal_safe(name + ": " + error.message));

  std::vector<Listed> rules;
  for (const sigma::Rule& rule : loaded->set.rules) rules.push_back({&rule.meta, &rule.logsource, rule.alerts});
  for (const sigma::Correlation& rule : loaded->set.correlations) rules.push_back({&rule.meta, nullptr, rule.alerts});
  const std::size_t all = rules.size();
  std::erase_if(rules, [&](const Listed& rule) {
    return rule.meta->level < least || !has_logsource(rule, arguments.logsource) || !has_tag(rule, arguments.tag);
  });
  std::ranges::stable_sort(rules, [](const Listed& a, const Listed& b) {
    return std::tuple(b.meta->level, std::string_view(a.meta->title)) <
           std::tuple(a.meta->level, std::string_view(b.meta->title));
  });
  print(arguments.format == RulesFormat::Json ? as_json(rules) : as_table(rules, console.lang));
  std::fprintf(stderr, "%s\n", message::format(console.lang, Id::RulesListSummary, rules.size(), all).c_str());
  return all == 0 ? kUsage : kDone;
}

}  // namespace yorozu::app
