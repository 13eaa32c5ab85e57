/// Counts by key with a bound on the number of keys, for inputs whose author may be hostile: what comes after the bound
/// is counted together as "others". Deterministic when keys are added in the same order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace yorozu::hunt {

template <class Key, class Count = std::uint64_t>
class BoundedCounter {
 public:
  explicit BoundedCounter(std::size_t max_keys = 100'000) : max_keys_(max_keys) {}

  void add(const Key& key, const Count& count = Count{1}) {
    if (const auto found = counts_.find(key); found != counts_.end())
      found->second += count;
    else if (counts_.size() < max_keys_)
      counts_.emplace(key, count);
    else
      others_ += count;
  }
  void merge(const BoundedCounter& other) {
    for (const auto& [key, count] : other.counts_) add(key, count);
    others_ += other.others_;
  }

  const std::map<Key, Count>& counts() const { return counts_; }
  const Count& others() const { return others_; }
  bool empty() const { return counts_.empty(); }

  /// Largest first, equal counts by key; at most `n`.
  std::vector<std::pair<Key, Count>> top(std::size_t n) const {
    std::vector<std::pair<Key, Count>> out(counts_.begin(), counts_.end());
    std::ranges::stable_sort(out, [](const auto& a, const auto& b) { return b.second < a.second; });
    if (out.size() > n) out.resize(n);
    return out;
  }

 private:
  std::size_t max_keys_;
  std::map<Key, Count> counts_;
  Count others_{};
};

}  // namespace yorozu::hunt
