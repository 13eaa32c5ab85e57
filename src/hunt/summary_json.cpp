// docs/formats/hunt-summary.md describes the shape; keys are a promise.
#include <string>

#include "base/json_writer.h"
#include "hunt/summary.h"

namespace yorozu::hunt {

namespace {

constexpr std::size_t kMaxListed = 10'000;  // of each list over all files; the counts beside them are of everything

JsonWriter& write_time(JsonWriter& json, Timestamp time) {
  return time.known() ? json.value(format_rfc3339(time)) : json.null();
}

void write_optional(JsonWriter& json, const char* key, const std::optional<std::uint64_t>& number) {
  if (number)
    json.key(key).value(*number);
  else
    json.key(key).null();
}

void write_tally(JsonWriter& json, const Tally& tally) {
  json.key("count").value(tally.count);
  write_time(json.key("first"), tally.first);
  write_time(json.key("last"), tally.last);
}

void write_levels(JsonWriter& json, const LevelCounts& counts) {
  json.key("by_level").begin_object();
  for (std::size_t level = kLevels; level-- > 0;)
    json.key(sigma::to_string(static_cast<sigma::Level>(level))).value(counts[level]);
  json.end_object();
}

/// Calls `write` with (file name, element) for the first kMaxListed elements of that list over all files.
template <class Member, class Write>
void write_list(JsonWriter& json, const char* key, const HuntSummary& s, Member member, Write&& write) {
  std::size_t left = kMaxListed;
  json.key(key).begin_array();
  for (std::uint32_t i = 0; i < s.result.files.size(); ++i)
    for (const auto& element : s.result.files[i].*member) {
      if (left-- == 0) return void(json.end_array());
      json.begin_object().key("file").value(s.input.file(i).name);
      write(element);
      json.end_object();
    }
  json.end_array();
}

void write_evidence(JsonWriter& json, const HuntSummary& s) {
  write_list(json, "damages", s, &FileReport::damages, [&](const codec::Damage& damage) {
    json.key("kind").value(codec::to_string(damage.kind)).key("offset").value(damage.offset);
    write_optional(json, "chunk", damage.chunk);
    write_optional(json, "record", damage.record);
    json.key("detail").value(damage.detail);
  });
  json.key("damages_total").value(s.damages());
  write_list(json, "gaps", s, &FileReport::gaps, [&](const RecordGap& gap) {
    json.key("first_missing").value(gap.first).key("last_missing").value(gap.last);
    json.key("missing").value(gap.last - gap.first + 1);
    write_time(json.key("before"), gap.before);
    write_time(json.key("after"), gap.after);
  });
  json.key("gaps_total").value(s.gaps());
  write_list(json, "time_steps", s, &FileReport::time_steps, [&](const codec::TimeStep& step) {
    json.key("record_id").value(step.record_id);
    write_time(json.key("before"), step.before);
    write_time(json.key("after"), step.after);
  });
  json.key("time_steps_total").value(s.time_steps());
}

void write_findings(JsonWriter& json, const HuntSummary& s) {
  const Findings& f = s.findings;
  json.key("findings").begin_object().key("total").value(f.total()).key("rows").value(f.rows());
  write_time(json.key("first"), f.all().first);
  write_time(json.key("last"), f.all().last);
  write_levels(json, f.by_level());
  json.key("by_rule").begin_object();
  for (const std::uint32_t rule : f.top_rules()) json.key(s.rules[rule].id).value(f.by_rule()[rule].count);
  json.end_object().key("by_host").begin_object();
  for (const auto& [host, tally] : f.by_host()) json.key(host.empty() ? "(unknown)" : host).value(tally.count);
  json.end_object().key("of_further_hosts").value(f.of_further_hosts());
  json.key("by_tactic").begin_object();
  for (std::size_t i = 0; i < f.tactics().size(); ++i)
    if (f.by_tactic()[i] > 0) json.key(f.tactics()[i]).value(f.by_tactic()[i]);
  json.end_object().key("noisy_rules").begin_array();
  for (const std::uint32_t rule : f.noisy_rules()) json.value(s.rules[rule].id);
  json.end_array().end_object();

  json.key("top_rules").begin_array();
  for (const std::uint32_t rule : f.top_rules()) {
    const RuleEntry& entry = s.rules[rule];
    json.begin_object().key("rule_id").value(entry.id).key("rule_title").value(entry.title);
    json.key("level").value(sigma::to_string(entry.level));
    write_tally(json, f.by_rule()[rule]);
    json.end_object();
  }
  json.end_array().key("hosts").begin_array();
  for (const auto& [host, tally] : f.by_host()) {
    json.begin_object().key("host").value(host.empty() ? "(unknown)" : host);
    write_tally(json, tally);
    write_levels(json, tally.by_level);
    json.end_object();
  }
  json.end_array();
}

void write_rules(JsonWriter& json, const HuntSummary& s) {
  json.key("rules").begin_object().key("loaded").value(std::uint64_t{s.loaded});
  json.key("failed").begin_array();
  for (const FailedRule& failed : s.failed) {
    json.begin_object().key("file").value(failed.file).key("line").value(failed.span.line);
    json.key("rule").value(failed.rule).key("code").value(failed.code).key("reason").value(failed.reason).end_object();
  }
  json.end_array().key("cannot_fire").begin_array();
  const auto first_correlation = s.rules.size() - [&] {
    std::size_t n = 0;
    for (const RuleEntry& rule : s.rules) n += rule.is_correlation ? 1 : 0;
    return n;
  }();
  for (const detect::CannotFire& rule : s.result.cannot_fire) {
    const RuleEntry& entry = s.rules[rule.index + (rule.is_correlation ? first_correlation : 0)];
    json.begin_object().key("rule_id").value(entry.id).key("rule_title").value(entry.title);
    json.key("reason").value(to_string(rule.reason)).key("detail").value(rule.detail).end_object();
  }
  json.end_array().end_object();
}

void write_correlation(JsonWriter& json, const detect::Correlator::Counters& c) {
  json.key("correlation").begin_object().key("matches").value(c.matches).key("without_time").value(c.without_time);
  json.key("without_group").value(c.without_group).key("without_value").value(c.without_value);
  json.key("groups_dropped").value(c.groups_dropped).key("matches_dropped").value(c.matches_dropped);
  json.key("peak_bytes").value(std::uint64_t{c.peak_bytes}).end_object();
}

void write_files(JsonWriter& json, const HuntSummary& s) {
  json.key("file_list").begin_array();
  for (std::uint32_t i = 0; i < s.result.files.size() && i < kMaxListed; ++i) {
    const InputFile& file = s.input.file(i);
    json.begin_object().key("file").value(file.name).key("format").value(codec::to_string(file.format));
    json.key("bytes").value(file.bytes).key("records").value(s.result.files[i].records).end_object();
  }
  json.end_array().key("unreadable").begin_array();
  for (const Input::Problem& problem : s.input.problems())
    json.begin_object().key("file").value(problem.name).key("reason").value(problem.error.message).end_object();
  json.end_array();
}

}  // namespace

std::string summary_json(const HuntSummary& s) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("files").value(std::uint64_t{s.result.files.size()});
  json.key("bytes").value(s.input.bytes_total());
  json.key("records").value(s.records());
  json.key("events").value(s.result.events);
  json.key("seconds").value(s.seconds);
  json.key("cancelled").value(s.cancelled);
  write_evidence(json, s);
  write_findings(json, s);
  write_rules(json, s);
  write_correlation(json, s.result.correlation);
  write_files(json, s);
  json.end_object();
  out.push_back('\n');
  return out;
}

}  // namespace yorozu::hunt
