#include "query/stage_words.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "query/query.h"

namespace yorozu::query {

namespace {

template <class T>
struct Word {
  std::string_view text;
  T meaning;
};

using Function = Aggregation::Function;

constexpr Word<StageWord> kStages[] = {
    {"stats", StageWord::Stats},         {"top", StageWord::Top},       {"rare", StageWord::Rare},
    {"timechart", StageWord::Timechart}, {"fields", StageWord::Fields}, {"sort", StageWord::Sort},
    {"limit", StageWord::Limit},         {"head", StageWord::Limit},    {"table", StageWord::Fields}};

// The first word of a function is the one that is written.
constexpr Word<Function> kFunctions[] = {
    {"count", Function::Count},    {"dc", Function::Distinct},  {"sum", Function::Sum},
    {"avg", Function::Average},    {"min", Function::Minimum},  {"max", Function::Maximum},
    {"first", Function::First},    {"last", Function::Last},    {"values", Function::Values},
    {"c", Function::Count},        {"mean", Function::Average}, {"distinct_count", Function::Distinct},
    {"earliest", Function::First}, {"latest", Function::Last}};

constexpr Word<Span::Unit> kUnits[] = {
    {"s", Span::Unit::Second},  {"sec", Span::Unit::Second}, {"second", Span::Unit::Second},
    {"m", Span::Unit::Minute},  {"min", Span::Unit::Minute}, {"minute", Span::Unit::Minute},
    {"h", Span::Unit::Hour},    {"hr", Span::Unit::Hour},    {"hour", Span::Unit::Hour},
    {"d", Span::Unit::Day},     {"day", Span::Unit::Day},    {"w", Span::Unit::Week},
    {"week", Span::Unit::Week}, {"mon", Span::Unit::Month},  {"month", Span::Unit::Month}};

constexpr Word<std::string_view> kElsewhere[] = {{"count", "stats count"},
                                                 {"groupby", "stats count by"},
                                                 {"group", "stats count by"},
                                                 {"dedup", "stats count by"},
                                                 {"uniq", "stats count by"},
                                                 {"distinct", "stats dc"},
                                                 {"summarize", "stats"},
                                                 {"chart", "stats"},
                                                 {"histogram", "timechart 1h"},
                                                 {"project", "fields"},
                                                 {"select", "fields"},
                                                 {"keep", "fields"},
                                                 {"drop", "fields -"},
                                                 {"order", "sort"},
                                                 {"take", "limit"}};

constexpr auto kStageWords =
    std::to_array<std::string_view>({"stats", "top", "rare", "timechart", "fields", "sort", "limit", "head", "table"});
constexpr auto kFunctionWords = std::to_array<std::string_view>(
    {"count", "dc", "sum", "avg", "min", "max", "median", "first", "last", "values", "distinct_count", "mean"});

template <class T, std::size_t N>
std::optional<T> look_up(const Word<T> (&table)[N], std::string_view word) {
  const auto found = std::ranges::find(table, word, &Word<T>::text);
  return found == std::end(table) ? std::nullopt : std::optional(found->meaning);
}

std::optional<double> percent_of(std::string_view word) {
  if (word == "median") return 50;
  std::string_view number = word;
  if (number.starts_with("perc"))
    number.remove_prefix(4);
  else if (number.starts_with("p"))
    number.remove_prefix(1);
  else
    return std::nullopt;
  double percent = 0;
  if (number.empty() || number.front() < '0' || number.front() > '9') return std::nullopt;
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), percent, std::chars_format::fixed);
  if (error != std::errc() || end != number.data() + number.size() || percent > 100) return std::nullopt;
  return percent;
}

}  // namespace

std::optional<StageWord> parse_stage_word(std::string_view word) {
  return look_up(kStages, word);
}

std::optional<Aggregation> parse_function(std::string_view word) {
  Aggregation out;
  if (const auto function = look_up(kFunctions, word)) {
    out.function = *function;
    return out;
  }
  const auto percent = percent_of(word);
  if (!percent) return std::nullopt;
  out.function = Function::Percentile;
  out.percent = *percent;
  return out;
}

std::optional<Span> parse_span(std::string_view text) {
  constexpr std::uint32_t kMaxCount = 100'000;
  Span out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.count);
  if (error != std::errc() || out.count == 0 || out.count > kMaxCount) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  auto known = look_up(kUnits, unit);
  if (!known && unit.size() > 2 && unit.ends_with('s')) known = look_up(kUnits, unit.substr(0, unit.size() - 1));
  if (!known) return std::nullopt;
  out.unit = *known;
  return out;
}

std::string_view word_of(Function function) {
  return std::ranges::find(kFunctions, function, &Word<Function>::meaning)->text;
}

bool is_reserved(std::string_view word) {
  constexpr std::array<std::string_view, 4> kReserved = {"by", "as", "asc", "desc"};
  return std::ranges::find(kReserved, fold(word)) != kReserved.end();
}

std::span<const std::string_view> stage_words() {
  return kStageWords;
}
std::span<const std::string_view> function_words() {
  return kFunctionWords;
}

std::string_view stage_instead_of(std::string_view word) {
  const auto known = look_up(kElsewhere, word);
  return known ? *known : nearest(word, kStageWords);
}

}  // namespace yorozu::query
