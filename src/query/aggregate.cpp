#include "query/aggregate.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "base/hash.h"
#include "event/value.h"

namespace yorozu::query {

namespace {

using Function = Aggregation::Function;

constexpr double kMillion = 1e6;
constexpr double kLargest = 1e22;
constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53;

std::optional<double> number_in(std::string_view text) {
  const auto number = event::to_number(event::utf8_value(text));
  return number && std::abs(*number) <= kLargest ? number : std::nullopt;
}

/// Whole numbers as integers where a double holds them exactly.
Cell number_cell(double number) {
  const bool whole = std::trunc(number) == number && std::abs(number) <= static_cast<double>(kExactInDouble);
  return whole ? Cell(static_cast<std::int64_t>(number)) : Cell(number);
}

Int128 in_millionths(double number) {
  const double whole = std::trunc(number);
  return static_cast<Int128>(whole) * static_cast<Int128>(kMillion) +
         static_cast<Int128>(std::llround((number - whole) * kMillion));
}

Cell cell_of(const SumState& sum, Function function) {
  if (sum.numbers == 0) return {};
  const auto million = static_cast<Int128>(kMillion);
  if (function == Function::Sum && sum.millionths % million == 0) {
    const Int128 whole = sum.millionths / million;
    if (whole >= INT64_MIN && whole <= INT64_MAX) return static_cast<std::int64_t>(whole);
  }
  const double total = static_cast<double>(sum.millionths) / kMillion;
  return function == Function::Sum ? total : total / static_cast<double>(sum.numbers);
}

/// Texts of numbers and times that are equal differ only in how they were written; addresses may too.
bool goes_before(const Reading& a, std::string_view a_text, const Reading& b, std::string_view b_text, bool largest) {
  if (a.kind != b.kind) return a.kind < b.kind;  // of mixed kinds the numbers decide, then times, then addresses
  const int c = compare_like(a, a_text, b, b_text);
  if (c != 0) return largest ? c > 0 : c < 0;
  return a_text < b_text;
}

void add_extreme(ExtremeState& state, std::string_view text, const Reading& reading, bool largest) {
  if (state.text && !goes_before(reading, text, state.reading, *state.text, largest)) return;
  state.text = std::string(text);
  state.reading = reading;
}

Cell cell_of(const ExtremeState& state) {
  if (!state.text) return {};
  if (state.reading.kind == Reading::Kind::Number) return number_cell(state.reading.number);
  if (state.reading.kind == Reading::Kind::Time) return state.reading.time;
  return *state.text;
}

void add_edge(EdgeState& state, std::string_view text, Timestamp time, std::uint64_t seq, bool last) {
  if (!time.known()) return;
  const auto key = [](Timestamp t, std::uint64_t s, std::string_view v) { return std::tuple(t, s, v); };
  if (state.text) {
    const auto there = key(state.time, state.seq, *state.text), fresh = key(time, seq, text);
    if (last ? fresh <= there : there <= fresh) return;
  }
  state = {std::string(text), time, seq};
}

void add_value(ValuesState& state, std::string_view text) {
  if ((state.cut && text >= *state.cut) || state.values.contains(text)) return;
  state.values.emplace(text);
  state.bytes += text.size();
  while (state.values.size() > ValuesState::kMaxValues || state.bytes > ValuesState::kMaxBytes) {
    const auto last = std::prev(state.values.end());
    state.bytes -= last->size();
    state.cut = *last;
    state.values.erase(last);
  }
}

void merge_values(ValuesState& state, const ValuesState& other) {
  if (other.cut && (!state.cut || *other.cut < *state.cut)) state.cut = other.cut;
  while (state.cut && !state.values.empty() && *state.values.rbegin() >= *state.cut) {
    state.bytes -= state.values.rbegin()->size();
    state.values.erase(std::prev(state.values.end()));
  }
  for (const std::string& value : other.values) add_value(state, value);
}

Cell cell_of(const ValuesState& state) {
  if (state.values.empty()) return {};
  std::string out;
  for (const std::string& value : state.values) out.append(out.empty() ? "" : ", ").append(value);
  if (state.cut) out += ", ...";
  return out;
}

// Buckets: 0 holds what is nearly zero, n > 0 the numbers around kWidth^n, -n their negatives.
constexpr double kWidth = 1.02;
constexpr double kSmallest = 1e-6, kGreatest = 1e15;

std::int32_t bucket_of(double number) {
  const double size = std::clamp(std::abs(number), kSmallest, kGreatest);
  if (std::abs(number) < kSmallest) return 0;
  const auto steps = static_cast<std::int32_t>(std::ceil(std::log(size / kSmallest) / std::log(kWidth))) + 1;
  return number < 0 ? -steps : steps;
}
double middle_of(std::int32_t bucket) {
  if (bucket == 0) return 0;
  const double upper = kSmallest * std::pow(kWidth, std::abs(bucket) - 1);
  const double middle = upper * 2 / (kWidth + 1);
  return bucket < 0 ? -middle : middle;
}

template <class Key>
void add_to(std::vector<std::pair<Key, std::uint64_t>>& counts, Key key, std::uint64_t times) {
  const auto at = std::ranges::lower_bound(counts, key, {}, &std::pair<Key, std::uint64_t>::first);
  if (at != counts.end() && at->first == key)
    at->second += times;
  else
    counts.insert(at, {key, times});
}

template <class Key>
std::optional<Key> rank(const std::vector<std::pair<Key, std::uint64_t>>& counts, double percent) {
  std::uint64_t total = 0;
  for (const auto& [key, times] : counts) total += times;
  if (total == 0) return std::nullopt;
  const auto wanted = std::max(1.0, std::ceil(percent / 100 * static_cast<double>(total)));
  std::uint64_t so_far = 0;
  for (const auto& [key, times] : counts) {
    so_far += times;
    if (static_cast<double>(so_far) >= wanted) return key;
  }
  return counts.back().first;
}

}  // namespace

void DistinctState::add(std::string_view value) {
  add_hash(hash64(value));
}

void DistinctState::add_hash(std::uint64_t hash) {
  constexpr int kBits = 12;
  constexpr std::size_t kRegisters = std::size_t{1} << kBits;
  if (registers_.empty()) {
    const auto at = std::ranges::lower_bound(hashes_, hash);
    if (at != hashes_.end() && *at == hash) return;
    hashes_.insert(at, hash);
    if (hashes_.size() <= kExact) return;
    registers_.resize(kRegisters);
    const std::vector<std::uint64_t> known = std::exchange(hashes_, {});
    for (const std::uint64_t one : known) add_hash(one);
    return;
  }
  std::uint8_t& top = registers_[hash >> (64 - kBits)];
  const int zeros = std::countl_zero((hash << kBits) | (std::uint64_t{1} << (kBits - 1)));
  top = std::max(top, static_cast<std::uint8_t>(zeros + 1));
}

void DistinctState::merge(const DistinctState& other) {
  for (const std::uint64_t hash : other.hashes_) add_hash(hash);
  if (other.registers_.empty()) return;
  if (registers_.empty()) {
    registers_.resize(other.registers_.size());
    const std::vector<std::uint64_t> known = std::exchange(hashes_, {});
    for (const std::uint64_t one : known) add_hash(one);
  }
  for (std::size_t i = 0; i < registers_.size(); ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
}

std::uint64_t DistinctState::count() const {
  if (registers_.empty()) return hashes_.size();
  // HyperLogLog (Flajolet et al. 2007) with linear counting while registers are empty.
  const auto m = static_cast<double>(registers_.size());
  double sum = 0;
  for (const std::uint8_t r : registers_) sum += std::ldexp(1.0, -r);
  const double estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
  const auto empty = static_cast<double>(std::ranges::count(registers_, 0));
  if (estimate <= 2.5 * m && empty > 0) return static_cast<std::uint64_t>(std::llround(m * std::log(m / empty)));
  return static_cast<std::uint64_t>(std::llround(estimate));
}

void PercentileState::add(double number, std::uint64_t times) {
  if (number == 0) number = 0;  // -0 and 0 are one
  if (!buckets_.empty()) return add_bucket(bucket_of(number), times);
  add_to(exact_, number, times);
  if (exact_.size() > kExact) to_buckets();
}

void PercentileState::add_bucket(std::int32_t bucket, std::uint64_t times) {
  add_to(buckets_, bucket, times);
}

void PercentileState::to_buckets() {
  const auto known = std::exchange(exact_, {});
  for (const auto& [number, times] : known) add_bucket(bucket_of(number), times);
}

void PercentileState::merge(const PercentileState& other) {
  if (!other.buckets_.empty() && buckets_.empty()) to_buckets();
  for (const auto& [number, times] : other.exact_) add(number, times);
  for (const auto& [bucket, times] : other.buckets_) add_bucket(bucket, times);
}

std::optional<double> PercentileState::at(double percent) const {
  if (buckets_.empty()) return rank(exact_, percent);
  const auto bucket = rank(buckets_, percent);
  return bucket ? std::optional(middle_of(*bucket)) : std::nullopt;
}

Aggregate::Aggregate(const Aggregation& aggregation) {
  switch (aggregation.function) {
    case Function::Count:
      break;
    case Function::Distinct:
      state_.emplace<DistinctState>();
      break;
    case Function::Sum:
    case Function::Average:
      state_.emplace<SumState>();
      break;
    case Function::Percentile:
      state_.emplace<PercentileState>();
      break;
    case Function::Minimum:
    case Function::Maximum:
      state_.emplace<ExtremeState>();
      break;
    case Function::First:
    case Function::Last:
      state_.emplace<EdgeState>();
      break;
    case Function::Values:
      state_.emplace<ValuesState>();
      break;
  }
}

void Aggregate::add(const Aggregation& aggregation, const Sample& sample, const TimeZone& zone) {
  if (auto* count = std::get_if<CountState>(&state_)) {
    if (aggregation.field.empty() || sample.value) count->events += sample.events;
    return;
  }
  if (!sample.value) return;
  const std::string_view text = *sample.value;
  if (auto* distinct = std::get_if<DistinctState>(&state_)) {
    distinct->add(text);
  } else if (auto* values = std::get_if<ValuesState>(&state_)) {
    add_value(*values, text);
  } else if (auto* extreme = std::get_if<ExtremeState>(&state_)) {
    add_extreme(*extreme, text, read_value(text, zone), aggregation.function == Function::Maximum);
  } else if (auto* edge = std::get_if<EdgeState>(&state_)) {
    add_edge(*edge, text, sample.time, sample.seq, aggregation.function == Function::Last);
  } else if (const auto number = number_in(text)) {
    if (auto* sum = std::get_if<SumState>(&state_)) {
      sum->millionths += in_millionths(*number) * static_cast<Int128>(sample.events);
      sum->numbers += sample.events;
    } else {
      std::get<PercentileState>(state_).add(*number, sample.events);
    }
  }
}

void Aggregate::merge(const Aggregation& aggregation, const Aggregate& other) {
  if (auto* count = std::get_if<CountState>(&state_)) {
    count->events += std::get<CountState>(other.state_).events;
  } else if (auto* distinct = std::get_if<DistinctState>(&state_)) {
    distinct->merge(std::get<DistinctState>(other.state_));
  } else if (auto* sum = std::get_if<SumState>(&state_)) {
    sum->millionths += std::get<SumState>(other.state_).millionths;
    sum->numbers += std::get<SumState>(other.state_).numbers;
  } else if (auto* percentile = std::get_if<PercentileState>(&state_)) {
    percentile->merge(std::get<PercentileState>(other.state_));
  } else if (auto* extreme = std::get_if<ExtremeState>(&state_)) {
    const auto& theirs = std::get<ExtremeState>(other.state_);
    if (theirs.text) add_extreme(*extreme, *theirs.text, theirs.reading, aggregation.function == Function::Maximum);
  } else if (auto* edge = std::get_if<EdgeState>(&state_)) {
    const auto& theirs = std::get<EdgeState>(other.state_);
    if (theirs.text) add_edge(*edge, *theirs.text, theirs.time, theirs.seq, aggregation.function == Function::Last);
  } else {
    merge_values(std::get<ValuesState>(state_), std::get<ValuesState>(other.state_));
  }
}

Cell Aggregate::cell(const Aggregation& aggregation) const {
  if (const auto* count = std::get_if<CountState>(&state_)) return static_cast<std::int64_t>(count->events);
  if (const auto* distinct = std::get_if<DistinctState>(&state_)) return static_cast<std::int64_t>(distinct->count());
  if (const auto* sum = std::get_if<SumState>(&state_)) return cell_of(*sum, aggregation.function);
  if (const auto* extreme = std::get_if<ExtremeState>(&state_)) return cell_of(*extreme);
  if (const auto* values = std::get_if<ValuesState>(&state_)) return cell_of(*values);
  if (const auto* edge = std::get_if<EdgeState>(&state_)) return edge->text ? Cell(*edge->text) : Cell();
  const auto number = std::get<PercentileState>(state_).at(aggregation.percent);
  return number ? number_cell(*number) : Cell();
}

std::size_t Aggregate::largest_bytes(const Aggregation& aggregation) {
  constexpr std::size_t kText = 1024 + 64;  // StageRunner::kMaxValueBytes and what a string costs
  switch (aggregation.function) {
    case Function::Count:
    case Function::Sum:
    case Function::Average:
      return sizeof(Aggregate);
    case Function::Distinct:
      return sizeof(Aggregate) + 2 * DistinctState::kExact * sizeof(std::uint64_t);
    case Function::Percentile:
      return sizeof(Aggregate) + 2 * PercentileState::kExact * sizeof(std::pair<double, std::uint64_t>);
    case Function::Minimum:
    case Function::Maximum:
    case Function::First:
    case Function::Last:
      return sizeof(Aggregate) + kText;
    case Function::Values:
      return sizeof(Aggregate) + ValuesState::kMaxBytes + ValuesState::kMaxValues * 96 + kText;
  }
  std::unreachable();
}

}  // namespace yorozu::query
