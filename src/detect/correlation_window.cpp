#include "detect/correlation_window.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>

namespace yorozu::detect {

namespace {

using Type = sigma::Correlation::Type;

class CountTally final : public Tally {
 public:
  explicit CountTally(const CorrelationPlan& plan) : Tally(plan) {}
  void add(Entry&, std::string_view) override { ++count_; }
  void remove(const Entry&) override { --count_; }
  void clear() override { count_ = 0; }
  double value(Timestamp) const override { return static_cast<double>(count_); }
  std::size_t bytes() const override { return sizeof *this; }
  void save(StateWriter& out) const override { out.number(count_); }
  void restore(StateReader& in) override { count_ = in.number<std::uint64_t>(); }

 private:
  std::uint64_t count_ = 0;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

class DistinctTally final : public Tally {
 public:
  explicit DistinctTally(const CorrelationPlan& plan) : Tally(plan) {}
  void add(Entry& entry, std::string_view text) override {
    auto at = counts_.find(text);
    if (at == counts_.end()) {
      at = counts_.emplace(std::string(text), 0).first;
      bytes_ += cost(text);
    }
    ++at->second;
    entry.text = &at->first;
  }
  void remove(const Entry& entry) override {
    const auto at = counts_.find(std::string_view(*entry.text));
    if (at == counts_.end() || --at->second > 0) return;
    bytes_ -= cost(at->first);
    counts_.erase(at);
  }
  void clear() override {
    counts_.clear();
    bytes_ = 0;
  }
  double value(Timestamp) const override { return static_cast<double>(counts_.size()); }
  std::size_t bytes() const override { return sizeof *this + bytes_; }
  void save(StateWriter& out) const override {
    std::vector<std::string_view> texts;
    texts.reserve(counts_.size());
    for (const auto& [text, count] : counts_) texts.push_back(text);
    std::sort(texts.begin(), texts.end());  // the state of equal streams is equal
    out.number(static_cast<std::uint32_t>(texts.size()));
    for (const std::string_view text : texts) out.text(text);
  }
  void restore(StateReader& in) override {
    Entry unused;
    const bool from_entries = !counts_.empty();
    for (std::uint32_t n = in.count(4); n > 0; --n) {
      const std::string_view text = in.text();
      if (!from_entries) add(unused, text);
    }
  }

 private:
  static std::size_t cost(std::string_view text) { return 64 + (text.size() > 15 ? text.size() + 1 : 0); }
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> counts_;
  std::size_t bytes_ = 0;
};

/// Sum and average. Adding and taking away again loses low bits: the error of each step is kept beside the sum
/// (Neumaier).
class SumTally final : public Tally {
 public:
  explicit SumTally(const CorrelationPlan& plan) : Tally(plan) {}
  void add(Entry& entry, std::string_view) override {
    accumulate(entry.number);
    ++count_;
  }
  void remove(const Entry& entry) override {
    if (--count_ == 0) return clear();
    accumulate(-entry.number);
  }
  void clear() override { sum_ = error_ = 0, count_ = 0; }
  double value(Timestamp) const override {
    const double sum = sum_ + error_;
    if (plan_.rule->type == Type::ValueSum) return sum;
    return count_ == 0 ? 0 : sum / static_cast<double>(count_);
  }
  std::size_t bytes() const override { return sizeof *this; }
  void save(StateWriter& out) const override {
    out.real(sum_);
    out.real(error_);
    out.number(count_);
  }
  void restore(StateReader& in) override {
    sum_ = in.real();
    error_ = in.real();
    count_ = in.number<std::uint64_t>();
    if (!std::isfinite(sum_) || !std::isfinite(error_)) in.refuse();
  }

 private:
  void accumulate(double x) {
    const double sum = sum_ + x;
    error_ += std::abs(sum_) >= std::abs(x) ? (sum_ - sum) + x : (x - sum) + sum_;
    sum_ = sum;
  }
  double sum_ = 0, error_ = 0;
  std::uint64_t count_ = 0;
};

/// Percentile and median: between the two nearest ranks in proportion (so the median of 1 and 2 is 1.5).
class QuantileTally final : public Tally {
 public:
  explicit QuantileTally(const CorrelationPlan& plan) : Tally(plan) {
    share_ = plan.rule->type == Type::ValueMedian ? 0.5 : std::clamp(plan.rule->percentile, 0.0, 100.0) / 100;
  }
  void add(Entry& entry, std::string_view) override {
    sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), entry.number), entry.number);
  }
  void remove(const Entry& entry) override {
    const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), entry.number);
    if (at != sorted_.end()) sorted_.erase(at);
  }
  void clear() override { sorted_.clear(); }
  double value(Timestamp) const override {
    if (sorted_.empty()) return 0;
    const double rank = share_ * static_cast<double>(sorted_.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted_.size() - 1);
    const double part = rank - static_cast<double>(below);
    return sorted_[below] * (1 - part) + sorted_[above] * part;
  }
  std::size_t bytes() const override { return sizeof *this + sorted_.size() * sizeof(double); }
  void save(StateWriter& out) const override {
    out.number(static_cast<std::uint32_t>(sorted_.size()));
    for (const double x : sorted_) out.real(x);
  }
  void restore(StateReader& in) override {
    sorted_.clear();
    for (std::uint32_t n = in.count(sizeof(double)); n > 0; --n) {
      const double x = in.real();
      if (!std::isfinite(x)) return in.refuse();
      sorted_.push_back(x);
    }
    if (!std::is_sorted(sorted_.begin(), sorted_.end())) in.refuse();
  }

 private:
  std::vector<double> sorted_;
  double share_ = 0.5;
};

void save_times(StateWriter& out, const std::vector<Timestamp>& times) {
  for (const Timestamp time : times) out.number(time.us);
}
void restore_times(StateReader& in, std::vector<Timestamp>& times) {
  for (Timestamp& time : times) time.us = in.number<std::int64_t>();
}

/// temporal: which members occurred, by the newest match of each.
class MemberTally final : public Tally {
 public:
  explicit MemberTally(const CorrelationPlan& plan) : Tally(plan), newest_(plan.members.size()) {}
  void add(Entry& entry, std::string_view) override { newest_[entry.member] = entry.time; }
  void remove(const Entry&) override {}
  void clear() override { std::fill(newest_.begin(), newest_.end(), Timestamp::none()); }
  double value(Timestamp since) const override {
    return static_cast<double>(
        std::count_if(newest_.begin(), newest_.end(), [&](Timestamp t) { return t.known() && t >= since; }));
  }
  bool satisfied(Timestamp since) const override {
    if (!plan_.rule->expression) return conditions_hold(value(since));
    std::vector<bool> present(newest_.size());
    for (std::size_t i = 0; i < newest_.size(); ++i) present[i] = newest_[i].known() && newest_[i] >= since;
    return holds(*plan_.rule->expression, present);
  }
  std::size_t bytes() const override { return sizeof *this + newest_.size() * sizeof(Timestamp); }
  void save(StateWriter& out) const override { save_times(out, newest_); }
  void restore(StateReader& in) override { restore_times(in, newest_); }

 private:
  std::vector<Timestamp> newest_;
};

/// temporal_ordered. For each way to satisfy it, and each step of that way: the latest moment at which a chain that got
/// as far may have begun. Later is always better, so nothing else of the past matters: a match costs one pass over the
/// steps, and no window is ever searched. Matches of equal time may stand in any order: the members seen at the present
/// moment are walked again, in the listed order, whenever one is added.
class OrderedTally final : public Tally {
 public:
  explicit OrderedTally(const CorrelationPlan& plan) : Tally(plan), newest_(plan.members.size()) {
    for (const Term& term : plan.terms) begun_.emplace_back(term.present.size());
  }
  void add(Entry& entry, std::string_view) override {
    newest_[entry.member] = entry.time;
    for (std::size_t t = 0; t < begun_.size(); ++t) {
      const std::vector<std::uint32_t>& steps = plan_.terms[t].present;
      for (std::size_t i = 0; i < steps.size(); ++i) {
        if (newest_[steps[i]] != entry.time) continue;
        const Timestamp begun = i == 0 ? entry.time : begun_[t][i - 1];
        begun_[t][i] = std::max(begun_[t][i], begun);
      }
    }
  }
  void remove(const Entry&) override {}
  void clear() override {
    std::fill(newest_.begin(), newest_.end(), Timestamp::none());
    for (auto& term : begun_) std::fill(term.begin(), term.end(), Timestamp::none());
  }
  double value(Timestamp since) const override {
    return static_cast<double>(
        std::count_if(newest_.begin(), newest_.end(), [&](Timestamp t) { return t.known() && t >= since; }));
  }
  bool satisfied(Timestamp since) const override {
    return std::any_of(begun_.begin(), begun_.end(), [&](const std::vector<Timestamp>& term) {
      return !term.empty() && term.back().known() && term.back() >= since;
    });
  }
  std::size_t bytes() const override {
    std::size_t times = newest_.size();
    for (const auto& term : begun_) times += term.size() + 3;
    return sizeof *this + times * sizeof(Timestamp);
  }
  void save(StateWriter& out) const override {
    save_times(out, newest_);
    for (const auto& term : begun_) save_times(out, term);
  }
  void restore(StateReader& in) override {
    restore_times(in, newest_);
    for (auto& term : begun_) restore_times(in, term);
  }

 private:
  std::vector<Timestamp> newest_;              ///< of each member
  std::vector<std::vector<Timestamp>> begun_;  ///< of each term and step
};

/// temporal_ordered with a number in its condition: how many different members occurred in the listed order.
class ChainTally final : public Tally {
 public:
  explicit ChainTally(const CorrelationPlan& plan)
      : Tally(plan), members_(plan.members.size()), newest_(members_), begun_(members_ * members_) {}
  void add(Entry& entry, std::string_view) override {
    newest_[entry.member] = entry.time;
    for (std::size_t member = 0; member < members_; ++member)
      if (newest_[member] == entry.time) extend(member, entry.time);
  }
  void remove(const Entry&) override {}
  void clear() override {
    std::fill(newest_.begin(), newest_.end(), Timestamp::none());
    std::fill(begun_.begin(), begun_.end(), Timestamp::none());
  }
  double value(Timestamp since) const override {
    for (std::size_t length = members_; length > 0; --length)
      for (std::size_t member = 0; member < members_; ++member) {
        const Timestamp begun = begun_[(length - 1) * members_ + member];
        if (begun.known() && begun >= since) return static_cast<double>(length);
      }
    return 0;
  }
  std::size_t bytes() const override { return sizeof *this + (newest_.size() + begun_.size()) * sizeof(Timestamp); }
  void save(StateWriter& out) const override {
    save_times(out, newest_);
    save_times(out, begun_);
  }
  void restore(StateReader& in) override {
    restore_times(in, newest_);
    restore_times(in, begun_);
  }

 private:
  void extend(std::size_t member, Timestamp time) {
    begun_[member] = time;
    for (std::size_t length = 2; length <= member + 1; ++length) {
      Timestamp& begun = begun_[(length - 1) * members_ + member];
      for (std::size_t before = 0; before < member; ++before)
        begun = std::max(begun, begun_[(length - 2) * members_ + before]);
    }
  }
  std::size_t members_;
  std::vector<Timestamp> newest_;
  std::vector<Timestamp> begun_;  ///< [length - 1][last member]: latest begin of such a chain
};

/// Whether matches of these members stand in the window in this order: taking the earliest that fits is never worse.
bool in_order(const std::vector<std::uint32_t>& members, const Entries& window) {
  Timestamp after = Timestamp::none();
  for (const std::uint32_t member : members) {
    const Entry* at = std::find_if(window.begin(), window.end(),
                                   [&](const Entry& e) { return e.member == member && e.time >= after; });
    if (at == window.end()) return false;
    after = at->time;
  }
  return true;
}

}  // namespace

Timestamp minus(Timestamp time, std::int64_t us) {
  std::int64_t out = 0;
  return {__builtin_sub_overflow(time.us, us, &out) ? INT64_MIN : out};
}

Timestamp plus(Timestamp time, std::int64_t us) {
  std::int64_t out = 0;
  return {__builtin_add_overflow(time.us, us, &out) ? INT64_MAX : out};
}

bool Tally::conditions_hold(double value) const {
  const sigma::Correlation& rule = *plan_.rule;
  if (rule.conditions.empty()) return value >= static_cast<double>(plan_.is_temporal() ? rule.members.size() : 1);
  return std::all_of(rule.conditions.begin(), rule.conditions.end(),
                     [&](const sigma::CorrelationCondition& c) { return holds(c, value); });
}

std::unique_ptr<Tally> make_tally(const CorrelationPlan& plan) {
  switch (plan.rule->type) {
    case Type::EventCount:
      return std::make_unique<CountTally>(plan);
    case Type::ValueCount:
      return std::make_unique<DistinctTally>(plan);
    case Type::ValueSum:
    case Type::ValueAverage:
      return std::make_unique<SumTally>(plan);
    case Type::ValuePercentile:
    case Type::ValueMedian:
      return std::make_unique<QuantileTally>(plan);
    case Type::Temporal:
      return std::make_unique<MemberTally>(plan);
    case Type::TemporalOrdered:
      break;
  }
  if (plan.kind == WindowKind::FromEach) return std::make_unique<MemberTally>(plan);
  if (plan.terms.empty()) return std::make_unique<ChainTally>(plan);
  return std::make_unique<OrderedTally>(plan);
}

bool closes_true(const CorrelationPlan& plan, const Entries& window) {
  std::vector<bool> present(plan.members.size());
  for (const Entry& entry : window) present[entry.member] = true;
  if (plan.rule->type != Type::TemporalOrdered) return holds(*plan.rule->expression, present);
  return std::any_of(plan.terms.begin(), plan.terms.end(), [&](const Term& term) {
    return std::none_of(term.absent.begin(), term.absent.end(), [&](std::uint32_t m) { return present[m]; }) &&
           in_order(term.present, window);
  });
}

}  // namespace yorozu::detect
