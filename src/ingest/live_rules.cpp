#include "ingest/live_rules.h"

#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "detect/correlation.h"

namespace yorozu::ingest {
namespace {

void append_list(std::string_view key, const std::vector<std::string>& texts, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  JsonWriter json(out);
  json.begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void append_text(std::string_view key, std::string_view text, std::string& out) {
  out += ",\"";
  out += key;
  out += "\":";
  JsonWriter(out).value(text);
}

LiveRule live_rule(const sigma::Metadata& meta, const std::string& text_hash, bool alerts) {
  LiveRule out;
  out.id = meta.id;
  out.text_hash = text_hash;
  out.alerts = alerts;
  out.head = "\"level\":\"" + std::string(sigma::to_string(meta.level)) + "\"";
  append_text("rule_id", meta.id, out.head);
  append_text("rule_title", meta.title, out.head);
  if (!meta.title_ja.empty()) append_text("rule_title_ja", meta.title_ja, out.head);
  append_list("tactics", meta.tactics(), out.head);
  append_list("techniques", meta.techniques(), out.head);
  return out;
}

}  // namespace

std::shared_ptr<const LiveRules> make_live_rules(std::shared_ptr<const detect::CompiledRules> compiled) {
  auto out = std::make_shared<LiveRules>();
  out->compiled = std::move(compiled);
  const detect::Correlator correlator(out->set(), {});
  for (std::uint32_t i = 0; i < out->set().rules.size(); ++i) {
    const sigma::Rule& rule = out->set().rules[i];
    out->rules.push_back(live_rule(rule.meta, rule.text_hash, rule.alerts));
    out->rules.back().wanted = correlator.wants(i);
    const auto fields = correlator.fields_of(i);
    out->rules.back().fields.assign(fields.begin(), fields.end());
  }
  for (const sigma::Correlation& correlation : out->set().correlations) {
    out->correlations.push_back(live_rule(correlation.meta, correlation.text_hash, correlation.alerts));
    out->longest_window_us = std::max(out->longest_window_us, correlation.timespan_us);
  }
  return out;
}

}  // namespace yorozu::ingest
