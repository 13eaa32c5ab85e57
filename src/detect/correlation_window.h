/// The matches of one group inside a correlation's window, and what the condition needs to know about them: how many,
/// how many different values, their sum or quantile, which members. One Tally class for each question.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/correlation.h"
#include "detect/correlation_plan.h"
#include "detect/state_bytes.h"

namespace yorozu::detect {

/// What a finding that takes part in another correlation rests on.
struct Chained {
  Timestamp first, last;
  std::vector<std::pair<Timestamp, EventReference>> events;  ///< at most CorrelationFinding::kMaxEvents
  std::uint64_t events_total = 0;
};

/// One match in a window.
struct Entry {
  Timestamp time;
  EventReference reference;
  std::uint32_t member = 0;
  double number = 0;                       ///< value_sum and its like
  const std::string* text = nullptr;       ///< value_count: the value, owned by the tally
  std::shared_ptr<const Chained> chained;  // shared: one finding may enter several correlations
};

/// A queue in one block of memory: thousands of groups have two or three entries each.
class Entries {
 public:
  void push(Entry entry) { items_.push_back(std::move(entry)); }
  void pop_front() {
    items_[head_].chained.reset();
    ++head_;
    if (head_ >= 16 && head_ * 2 > items_.size()) trim();
    if (head_ == items_.size()) clear();
  }
  void clear() {
    items_.clear();
    head_ = 0;
  }
  bool empty() const { return head_ == items_.size(); }
  std::size_t size() const { return items_.size() - head_; }
  const Entry& front() const { return items_[head_]; }
  const Entry& back() const { return items_.back(); }
  const Entry* begin() const { return items_.data() + head_; }
  const Entry* end() const { return items_.data() + items_.size(); }

 private:
  void trim() {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  std::vector<Entry> items_;
  std::size_t head_ = 0;
};

/// `before` of a time, without wrapping.
Timestamp minus(Timestamp time, std::int64_t us);
Timestamp plus(Timestamp time, std::int64_t us);

class Tally {
 public:
  virtual ~Tally() = default;
  /// A match comes in; `text`: value_count's value. Sets entry.text.
  virtual void add(Entry& entry, std::string_view text) = 0;
  /// The oldest match leaves.
  virtual void remove(const Entry& entry) = 0;
  virtual void clear() = 0;
  /// Of the matches at `since` or later; those that left are out anyhow.
  virtual double value(Timestamp since) const = 0;
  /// Whether the condition holds for them.
  virtual bool satisfied(Timestamp since) const { return conditions_hold(value(since)); }
  virtual std::size_t bytes() const = 0;

  /// What cannot be made again by adding the entries of the window.
  virtual void save(StateWriter& out) const = 0;
  virtual void restore(StateReader& in) = 0;

 protected:
  explicit Tally(const CorrelationPlan& plan) : plan_(plan) {}
  bool conditions_hold(double value) const;
  const CorrelationPlan& plan_;
};

/// `plan` outlives the tally.
std::unique_ptr<Tally> make_tally(const CorrelationPlan& plan);

/// FromEach: whether the expression holds for a window that is closing (temporal_ordered: in the listed order).
bool closes_true(const CorrelationPlan& plan, const Entries& window);

}  // namespace yorozu::detect
