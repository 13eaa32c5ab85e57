#include "app/answers/when.h"

#include <array>

#include "base/text.h"
#include "query/stage_words.h"
#include "query/time_buckets.h"

namespace yorozu::answers {

namespace {

std::optional<std::int64_t> microseconds(std::string_view text) {
  const auto span = query::parse_span(text);
  if (!span || span->unit == query::Span::Unit::Month) return std::nullopt;
  constexpr std::int64_t kSecond = 1'000'000;
  constexpr std::array<std::int64_t, 5> kUnits = {1, 60, 3600, 86'400, 7 * 86'400};
  return kUnits[static_cast<std::size_t>(span->unit)] * span->count * kSecond;
}

Timestamp midnight(Timestamp now, std::int64_t days_ago, const TimeZone& zone) {
  query::TimeBuckets days({query::Span::Unit::Day, 1}, zone);
  return days.begin_of(days.index_of(now) - days_ago);
}

}  // namespace

std::optional<Timestamp> parse_when(std::string_view text, Timestamp now, const TimeZone& zone) {
  const std::string folded = fold(text);
  std::string_view word = folded;
  if (word == "today" || word == "今日") return midnight(now, 0, zone);
  if (word == "yesterday" || word == "昨日") return midnight(now, 1, zone);
  if (word.starts_with("now")) word.remove_prefix(3);
  if (word.empty() && !text.empty()) return now;
  if (word.starts_with('-')) {
    const auto back = microseconds(word.substr(1));
    return back ? std::optional(Timestamp{now.us - *back}) : std::nullopt;
  }
  return zone.parse(text);
}

}  // namespace yorozu::answers
