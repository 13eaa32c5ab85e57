// Rules: which are in force, which cannot fire here, and why one does or does not match an event.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "api/cursor.h"
#include "api/handlers.h"
#include "archive/events/line_decoder.h"
#include "base/buffer.h"
#include "base/json_writer.h"
#include "base/try.h"
#include "event/logsource.h"
#include "proof/line.h"
#include "sigma/explain.h"
#include "sigma/explain_words.h"

namespace yorozu::api {
namespace {

using message::Id;
using message::Lang;

/// A rule or a correlation of the set.
struct Entry {
  const sigma::Metadata* meta = nullptr;
  const sigma::Rule* rule = nullptr;  ///< nullptr: a correlation
  const sigma::Correlation* correlation = nullptr;
};

std::vector<Entry> entries_of(const sigma::RuleSet& set) {
  std::vector<Entry> entries;
  for (const sigma::Rule& rule : set.rules) entries.push_back({&rule.meta, &rule, nullptr});
  for (const sigma::Correlation& correlation : set.correlations)
    entries.push_back({&correlation.meta, nullptr, &correlation});
  std::ranges::sort(entries, {}, [](const Entry& entry) -> const std::string& { return entry.meta->id; });
  return entries;
}

void write_texts(std::string_view key, const std::vector<std::string>& texts, JsonWriter& json) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_head(const Entry& entry, JsonWriter& json) {
  const sigma::Metadata& meta = *entry.meta;
  json.key("id").value(meta.id).key("title").value(meta.title).key("title_ja").value(meta.title_ja);
  json.key("type").value(entry.rule != nullptr ? "rule" : "correlation");
  json.key("level").value(to_string(meta.level)).key("status").value(meta.status);
  if (entry.rule != nullptr) {
    const sigma::Logsource& logsource = entry.rule->logsource;
    json.key("logsource").begin_object().key("product").value(logsource.product);
    json.key("category").value(logsource.category).key("service").value(logsource.service).end_object();
  }
  write_texts("tags", meta.tags, json);
}

struct PageOf {
  std::uint64_t limit = 100;
  std::string after;
};
std::expected<PageOf, http::Response> read_page(const Context& context, const Call& call, Parameters& parameters,
                                                std::string_view question) {
  PageOf page;
  page.limit = parameters.number("limit", 1, 1000, 100);
  const auto cursor = parameters.text("cursor", 2 * kMaxPosition);
  if (const auto bad = parameters.problem()) return std::unexpected(call.problem(*bad));
  if (!cursor) return page;
  const auto position = read_cursor(context.cursor_key, question, *cursor);
  if (!position) return std::unexpected(call.problem(Problem::BadCursor, Id::ApiBadCursor));
  page.after = *position;
  return page;
}

void write_next(const Context& context, std::string_view question, bool has_more, std::string_view position,
                JsonWriter& json) {
  json.key("next");
  if (has_more)
    json.value(make_cursor(context.cursor_key, question, position));
  else
    json.null();
}

std::string_view word(sigma::Node::Kind kind) {
  using enum sigma::Node::Kind;
  switch (kind) {
    case And:
      return "and";
    case Or:
      return "or";
    case Not:
      return "not";
    case Test:
      return "test";
    case Constant:
      break;
  }
  return "constant";
}

void write(const detect::Verdict& verdict, Lang lang, JsonWriter& json) {
  const sigma::Node& node = *verdict.node;
  json.begin_object().key("kind").value(word(node.kind)).key("result").value(verdict.result);
  if (!node.label.empty()) json.key("label").value(node.label);
  if (node.kind == sigma::Node::Kind::Test) {
    const sigma::Words words = sigma::words_of(*node.test, lang);
    json.key("words").value(message::format(lang, words.verb, words.field, words.value));
    json.key("field").value(node.test->field);
    if (!verdict.event_field.empty()) json.key("event_field").value(verdict.event_field);
    write_texts("values", verdict.values, json);
  }
  if (!verdict.children.empty()) {
    json.key("children").begin_array();
    for (const detect::Verdict& child : verdict.children) write(child, lang, json);
    json.end_array();
  }
  json.end_object();
}

http::Response rule_not_found(const Call& call) {
  return make_problem(call.asker, Problem::NotFound,
                      message::format(call.asker.lang, Id::ApiNotFound, "rule " + call.parameter(0).substr(0, 100)));
}

std::optional<Entry> find(const std::vector<Entry>& entries, std::string_view id) {
  const auto found =
      std::ranges::find(entries, id, [](const Entry& entry) { return std::string_view(entry.meta->id); });
  return found == entries.end() ? std::nullopt : std::optional(*found);
}

/// The event of the body, as a line of the archive: `seq` names one that is kept, `raw` and `input` give one as a
/// device would send it.
struct AskedEvent {
  std::string input, raw;
};
std::expected<AskedEvent, http::Response> read_event(const Context& context, const Call& call) {
  const std::string_view type = call.head.headers.value_or("content-type");
  if (!http::equal_without_case(type.substr(0, type.find(';')), "application/json"))
    return std::unexpected(call.problem(Problem::UnsupportedMedia, Id::ApiNotJson));
  auto parameters = Parameters::of_json(call.body);
  if (!parameters) return std::unexpected(call.problem(Problem::BadBody, Id::ApiBodyNotJson));
  const std::uint64_t seq = parameters->number("seq", 1, INT64_MAX, 0);
  AskedEvent event;
  event.raw = seq == 0 ? parameters->required_text("raw", proof::kMaxRawBytes) : "";
  event.input = seq == 0 ? parameters->text("input", 64).value_or("json") : "";
  if (const auto bad = parameters->problem()) return std::unexpected(call.problem(*bad));
  if (seq == 0) return event;
  const std::string thing = fmt::format("event {}", seq);
  const auto rows = context.services.events.rows(seq, 1);
  if (!rows) return std::unexpected(make_problem(call.asker, rows.error(), thing));
  if (rows->empty())
    return std::unexpected(
        make_problem(call.asker, Problem::NotFound, message::format(call.asker.lang, Id::ApiNotFound, thing)));
  const nlohmann::json row = nlohmann::json::parse(rows->front(), nullptr, false);
  if (!row.is_object()) return std::unexpected(call.problem(Problem::Internal, Id::ApiWrong));
  return AskedEvent{row.value("input", ""), row.value("raw", "")};
}

/// One rule alone against one event, each with what it needs of its own: the rules in force are not touched.
Result<std::string> explain(const Call& call, const sigma::Rule& rule, const AskedEvent& asked) {
  event::Schema schema;
  const event::LogsourceMap& logsources = event::LogsourceMap::builtin();
  sigma::RuleSet alone;
  alone.rules.push_back(rule);
  TRY_ASSIGN(const auto compiled, detect::compile(std::move(alone), schema, logsources));
  Buffer tail, line;
  proof::append_line_tail({call.now, asked.input, {}, {}, asked.raw, {}}, tail);
  proof::append_line(1, tail.view(), line);
  archive::LineDecoder decoder(schema, logsources);
  event::EventBatch batch;
  std::vector<archive::Origin> origins;
  TRY(decoder.decode(line.view(), batch, origins));
  decoder.end_run(batch, origins);
  if (batch.events.empty()) return fail(ErrorCode::InvalidInput, "raw: no event can be read out of it");

  const detect::Why why = detect::why(*compiled, 0, batch.events.front(), batch);
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("rule").value(rule.meta.id).key("title").value(rule.meta.title);
  json.key("matches").value(why.logsource_matches && why.root.node != nullptr && why.root.result);
  json.key("logsource").begin_object().key("matches").value(why.logsource_matches);
  json.key("detail").value(why.logsource_detail).end_object();
  if (why.root.node != nullptr) {
    json.key("tree");
    write(why.root, call.asker.lang, json);
  }
  json.end_object();
  return body;
}

}  // namespace

http::Response list_rules(Context& context, const Call& call) {
  auto parameters = Parameters::of_query(call.head.query);
  if (!parameters) return call.problem(parameters.error());
  const std::string level = parameters->text("level", 20).value_or("");
  const std::string question = "rules " + level;
  const auto page = read_page(context, call, *parameters, question);
  if (!page) return page.error();
  if (!level.empty() && !sigma::parse_level(level))
    return call.problem(
        BadParameter{"level", BadParameter::Reason::Malformed, "informational, low, medium, high or critical"});

  const auto compiled = context.services.rules.rules();
  std::vector<Entry> entries = entries_of(detect::rules_of(*compiled));
  if (!level.empty()) std::erase_if(entries, [&](const Entry& entry) { return to_string(entry.meta->level) != level; });
  auto at = std::ranges::upper_bound(entries, page->after, {},
                                     [](const Entry& entry) -> const std::string& { return entry.meta->id; });
  std::string body, last;
  JsonWriter json(body);
  json.begin_object().key("rules").begin_array();
  for (std::uint64_t n = 0; n < page->limit && at != entries.end(); ++n, ++at) {
    json.begin_object();
    write_head(*at, json);
    json.end_object();
    last = at->meta->id;
  }
  json.end_array().key("total").value(std::uint64_t{entries.size()});
  write_next(context, question, at != entries.end(), last, json);
  json.end_object();
  return json_response(std::move(body));
}

http::Response get_rule(Context& context, const Call& call) {
  const auto compiled = context.services.rules.rules();
  const sigma::RuleSet& set = detect::rules_of(*compiled);
  const auto entry = find(entries_of(set), call.parameter(0));
  if (!entry) return rule_not_found(call);
  const sigma::Metadata& meta = *entry->meta;
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  write_head(*entry, json);
  json.key("description").value(meta.description).key("description_ja").value(meta.description_ja);
  json.key("author").value(meta.author).key("date").value(meta.date).key("modified").value(meta.modified);
  json.key("license").value(meta.license).key("file").value(meta.file);
  write_texts("references", meta.references, json);
  write_texts("falsepositives", meta.falsepositives, json);
  json.key("words").value(entry->rule != nullptr ? sigma::explain(*entry->rule, call.asker.lang)
                                                 : sigma::explain(*entry->correlation, set, call.asker.lang));
  json.end_object();
  return json_response(std::move(body));
}

http::Response list_blind_rules(Context& context, const Call& call) {
  auto parameters = Parameters::of_query(call.head.query);
  if (!parameters) return call.problem(parameters.error());
  const std::string question = "cannot-fire";
  const auto page = read_page(context, call, *parameters, question);
  if (!page) return page.error();

  const auto compiled = context.services.rules.rules();
  const sigma::RuleSet& set = detect::rules_of(*compiled);
  struct Blind {
    Entry entry;
    detect::CannotFire why;
  };
  std::vector<Blind> blind;
  std::map<std::string_view, std::uint64_t> reasons;
  for (detect::CannotFire& why : context.services.rules.cannot_fire()) {
    if (why.index >= (why.is_correlation ? set.correlations.size() : set.rules.size())) continue;  // of a newer set
    Entry entry;
    if (why.is_correlation)
      entry = {&set.correlations[why.index].meta, nullptr, &set.correlations[why.index]};
    else
      entry = {&set.rules[why.index].meta, &set.rules[why.index], nullptr};
    ++reasons[to_string(why.reason)];
    blind.push_back({entry, std::move(why)});
  }
  const auto id = [](const Blind& b) -> const std::string& { return b.entry.meta->id; };
  std::ranges::sort(blind, {}, id);
  auto at = std::ranges::upper_bound(blind, page->after, {}, id);
  std::string body, last;
  JsonWriter json(body);
  json.begin_object().key("total").value(std::uint64_t{set.rules.size() + set.correlations.size()});
  json.key("cannot_fire").value(std::uint64_t{blind.size()});
  json.key("reasons").begin_object();
  for (const auto& [reason, count] : reasons) json.key(reason).value(count);
  json.end_object().key("rules").begin_array();
  for (std::uint64_t n = 0; n < page->limit && at != blind.end(); ++n, ++at) {
    json.begin_object();
    write_head(at->entry, json);
    json.key("reason").value(to_string(at->why.reason)).key("detail").value(at->why.detail).end_object();
    last = at->entry.meta->id;
  }
  json.end_array();
  write_next(context, question, at != blind.end(), last, json);
  json.end_object();
  return json_response(std::move(body));
}

http::Response explain_match(Context& context, const Call& call) {
  const auto compiled = context.services.rules.rules();
  const auto entry = find(entries_of(detect::rules_of(*compiled)), call.parameter(0));
  if (!entry) return rule_not_found(call);
  if (entry->rule == nullptr)
    return call.problem(
        BadParameter{"id", BadParameter::Reason::Malformed, "a single rule: ask for each rule of a correlation"});
  const auto event = read_event(context, call);
  if (!event) return event.error();
  auto explained = explain(call, *entry->rule, *event);
  if (!explained) return make_problem(call.asker, explained.error(), {});
  return json_response(std::move(*explained));
}

}  // namespace yorozu::api
