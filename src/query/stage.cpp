#include "query/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "query/stage_words.h"

namespace yorozu::query {

namespace {

/// A name that the stages' reader would not take for anything else.
bool reads_as_name(std::string_view name) {
  if (name.empty() || name.front() == '-' || name.front() == '+' || name.contains("\u3000")) return false;
  if (name.find_first_of(" \t\n\r,()|\"=") != std::string_view::npos) return false;
  if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) return false;
  return !is_reserved(name);
}

std::string quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string written(std::string_view name) {
  return reads_as_name(name) ? std::string(name) : quoted(name);
}

std::string written(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : ", ").append(written(name));
  return out;
}

std::string function_word(const Aggregation& aggregation) {
  if (aggregation.function != Aggregation::Function::Percentile) return std::string(word_of(aggregation.function));
  return aggregation.percent == 50 ? "median" : fmt::format("p{}", aggregation.percent);
}

std::string written(const Aggregation& aggregation) {
  std::string out = function_word(aggregation);
  if (!aggregation.field.empty()) out += '(' + written(aggregation.field) + ')';
  if (aggregation.name != default_name(aggregation)) out += " as " + written(aggregation.name);
  return out;
}

std::string written(const Stats& stats) {
  std::string out = "stats";
  for (std::size_t i = 0; i < stats.aggregations.size(); ++i)
    out.append(i == 0 ? " " : ", ").append(written(stats.aggregations[i]));
  return stats.by.empty() ? out : out + " by " + written(stats.by);
}
std::string written(const Top& top) {
  return fmt::format("{} {} {}", top.rare ? "rare" : "top", top.rows, written(top.fields));
}
std::string written(const Timechart& chart) {
  const std::string out = fmt::format("timechart {} {}", to_text(chart.span), written(chart.aggregation));
  return chart.by.empty() ? out : out + " by " + written(chart.by);
}
std::string written(const Fields& fields) {
  return (fields.keep ? "fields " : "fields - ") + written(fields.names);
}
std::string written(const Sort& sort) {
  std::string out;
  for (const Sort::Key& key : sort.keys)
    out.append(out.empty() ? "" : ", ").append(key.descending ? "-" : "").append(written(key.name));
  return "sort " + out;
}
std::string written(const Limit& limit) {
  return fmt::format("limit {}", limit.rows);
}

}  // namespace

std::string default_name(const Aggregation& aggregation) {
  std::string out = function_word(aggregation);
  if (!aggregation.field.empty()) out += '(' + aggregation.field + ')';
  return out;
}

std::string to_text(const Span& span) {
  constexpr std::array<std::string_view, 6> kUnits = {"s", "m", "h", "d", "w", "mon"};
  return fmt::format("{}{}", span.count, kUnits[static_cast<std::size_t>(span.unit)]);
}

std::string to_text(const Stage& stage) {
  return std::visit([](const auto& one) { return written(one); }, stage);
}

}  // namespace yorozu::query
