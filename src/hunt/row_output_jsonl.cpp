// docs/formats/hunt-jsonl.md describes the rows; keys are a promise.
#include <vector>

#include "base/json_writer.h"
#include "hunt/row_output.h"

namespace yorozu::hunt {

namespace {

void append_strings(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

JsonWriter& time_or_null(JsonWriter& json, Timestamp time) {
  if (!time.known()) return json.null();
  char text[27];
  write_rfc3339(time, text);
  return json.value(std::string_view(text, sizeof text));
}

JsonWriter& text_or_null(JsonWriter& json, std::string_view text) {
  return text.empty() ? json.null() : json.value(text);
}

JsonWriter& number_or_null(JsonWriter& json, std::uint64_t n, bool known) {
  return known ? json.value(n) : json.null();
}

class Jsonl final : public RowOutput {
 public:
  Jsonl(const RuleTable& rules, const Input& input, TextOutput& out) : rules_(rules), input_(input), out_(out) {}
  Result<void> row(const Row& row) override {
    append_row_json(row, rules_, input_, out_.buffer());
    out_.buffer().push_back('\n');
    return out_.pass_on();
  }
  Result<void> finish(const HuntSummary&) override { return out_.flush(); }

 private:
  const RuleTable& rules_;
  const Input& input_;
  TextOutput& out_;
};

}  // namespace

void append_row_json(const Row& row, const RuleTable& rules, const Input& input, std::string& out) {
  const RuleEntry& rule = rules[row.rule];
  JsonWriter json(out);
  json.begin_object();
  time_or_null(json.key("time"), row.time);
  json.key("level").value(sigma::to_string(rule.level));
  json.key("rule_id").value(rule.id);
  json.key("rule_title").value(rule.title);
  if (!rule.title_ja.empty()) json.key("rule_title_ja").value(rule.title_ja);
  text_or_null(json.key("host"), row.host);
  text_or_null(json.key("channel"), row.channel);
  number_or_null(json.key("event_id"), row.event_id, row.event_id != event::kNoEventId);
  number_or_null(json.key("record_id"), row.record_id, row.record_id != event::kNoRecordId);
  number_or_null(json.key("line"), row.line, row.line != 0);
  json.key("file").value(input.file(row.file).name);
  append_strings(json.key("tactics"), rule.tactics);
  append_strings(json.key("techniques"), rule.techniques);
  json.key("fields").raw(row.fields);
  if (row.count > 1) {
    json.key("count").value(row.count);
    time_or_null(json.key("last"), row.last);
  }
  if (rule.is_correlation) {
    time_or_null(json.key("first"), row.first);
    json.key("value").value(row.value);
    json.key("events_total").value(row.events_total);
    json.key("events").raw(row.events);
    if (!row.hosts.empty()) json.key("hosts").raw(row.hosts);
  }
  json.end_object();
}

std::unique_ptr<RowOutput> detail::make_jsonl(const RuleTable& rules, const Input& input, TextOutput& out) {
  return std::make_unique<Jsonl>(rules, input, out);
}

}  // namespace yorozu::hunt
