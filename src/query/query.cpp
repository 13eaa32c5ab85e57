#include "query/query.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.h"
#include "base/try.h"
#include "event/taxonomy.h"
#include "query/field_reader.h"
#include "query/parse.h"
#include "query/parse_stages.h"

namespace yorozu::query {

namespace {

/// Edit distance with transposed neighbours (optimal string alignment) of short words, by bytes.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

void for_each_field(const Expression& e, const std::function<void(const std::string&)>& each) {
  if (!e.field.empty()) each(e.field);
  for (const Expression& child : e.children) for_each_field(child, each);
}

/// Of stages that read events; those behind an aggregation name columns, which the parser has checked.
void for_each_field(const Query& query, const std::function<void(const std::string&)>& each) {
  for_each_field(query.where, each);
  for (const Stage& stage : query.stages) {
    if (const auto* stats = std::get_if<Stats>(&stage)) {
      for (const Aggregation& one : stats->aggregations)
        if (!one.field.empty()) each(one.field);
      std::ranges::for_each(stats->by, each);
      return;
    }
    if (const auto* top = std::get_if<Top>(&stage)) return void(std::ranges::for_each(top->fields, each));
    if (const auto* chart = std::get_if<Timechart>(&stage)) {
      if (!chart->aggregation.field.empty()) each(chart->aggregation.field);
      if (!chart->by.empty()) each(chart->by);
      return;
    }
    if (const auto* fields = std::get_if<Fields>(&stage)) std::ranges::for_each(fields->names, each);
    if (const auto* sort = std::get_if<Sort>(&stage))
      for (const Sort::Key& key : sort->keys) each(key.name);
  }
}

}  // namespace

std::expected<Query, ParseError> parse_query(std::string_view text) {
  Query out;
  std::size_t at = 0;
  TRY_ASSIGN(out.where, parse_condition(text, at));
  TRY_ASSIGN(out.stages, parse_stages(text, at));
  return out;
}

std::string to_text(const Query& query) {
  std::string out = to_text(query.where);
  for (const Stage& stage : query.stages) out.append(out.empty() ? "| " : " | ").append(to_text(stage));
  return out;
}

Answer answer_of(const Query& query) {
  const bool rows = std::ranges::all_of(query.stages, [](const Stage& stage) {
    return std::holds_alternative<Fields>(stage) || std::holds_alternative<Limit>(stage);
  });
  return rows ? Answer::Rows : Answer::Table;
}

std::optional<std::uint64_t> row_limit(const Query& query) {
  std::optional<std::uint64_t> out;
  if (answer_of(query) != Answer::Rows) return out;
  for (const Stage& stage : query.stages)
    if (const auto* limit = std::get_if<Limit>(&stage)) out = std::min(limit->rows, out.value_or(limit->rows));
  return out;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t kLongest = 64;
  if (word.empty() || word.size() > kLongest) return {};
  const std::size_t most = word.size() <= 3 ? 1 : 2;
  std::string_view best;
  std::size_t best_distance = most + 1;
  for (const std::string_view candidate : known) {
    if (candidate.size() > word.size() + most || word.size() > candidate.size() + most) continue;
    const std::size_t d = distance(word, candidate);
    if (d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

std::vector<FieldHint> field_hints(const Query& query) {
  std::vector<std::string_view> known(fact_names().begin(), fact_names().end());
  for (const event::FieldPair& pair : event::taxonomy()) {
    known.push_back(pair.ecs);
    known.push_back(pair.original);
  }
  std::vector<FieldHint> out;
  for_each_field(query, [&](const std::string& field) {
    const std::string folded = fold(field);
    if (std::ranges::any_of(known, [&](std::string_view name) { return fold(name) == folded; })) return;
    const bool short_name = field.size() < 5;  // `sid`, `uid`, `ip` are near to many things and names of their own
    const std::string_view meant = short_name ? std::string_view() : nearest(field, known);
    if (!meant.empty() && std::ranges::find(out, field, &FieldHint::field) == out.end())
      out.push_back({field, std::string(meant)});
  });
  return out;
}

}  // namespace yorozu::query
