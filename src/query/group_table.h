/// Groups by key, within a bound on their memory. When it is reached, the groups whose keys have the lowest hashes stay
/// and the rest becomes one group: which ones stay depends on the keys alone, and what stays was never cut short.
///
/// That is because the bound only ever moves down: a key that is sent away once is at or above `bound_` for good, and a
/// key that is below it at the end was below it all the time. Merging takes the lower of two bounds and goes on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace yorozu::query {

/// `Group` is movable and has `merge(const Group&)`.
template <class Group>
class GroupTable {
 public:
  /// `group_bytes`: of a group without its key. `empty`: what a group begins as.
  GroupTable(std::size_t max_bytes, std::size_t group_bytes, Group empty)
      : max_bytes_(max_bytes), group_bytes_(group_bytes), empty_(empty), rest_(std::move(empty)) {}

  /// The group of that key, or the one of the rest.
  Group& at(std::string_view key) {
    const std::uint64_t hash = hash64(key);
    if (hash >= bound_) return use_rest();
    if (const auto found = groups_.find(key); found != groups_.end()) return found->second;
    const auto added = groups_.emplace(std::string(key), empty_).first;
    order_.emplace_back(hash, &added->first);
    std::ranges::push_heap(order_);
    bytes_ += cost(key);
    shrink();
    return hash >= bound_ ? use_rest() : added->second;
  }

  void merge(GroupTable&& other) {
    bound_ = std::min(bound_, other.bound_);
    shrink();
    for (auto& [key, group] : other.groups_) at(key).merge(group);
    if (other.has_rest_) use_rest().merge(other.rest_);
  }

  const auto& groups() const { return groups_; }
  bool has_rest() const { return has_rest_; }
  const Group& rest() const { return rest_; }

 private:
  static constexpr std::size_t kNode = 128;  // node, string, heap entry
  std::size_t cost(std::string_view key) const { return key.size() + group_bytes_ + kNode; }
  Group& use_rest() {
    has_rest_ = true;
    return rest_;
  }
  void shrink() {
    while (!order_.empty() && (bytes_ > max_bytes_ || order_.front().first >= bound_)) {
      bound_ = std::min(bound_, order_.front().first);
      const auto gone = groups_.find(*order_.front().second);
      std::ranges::pop_heap(order_);
      order_.pop_back();
      bytes_ -= cost(gone->first);
      use_rest().merge(gone->second);
      groups_.erase(gone);
    }
  }

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return hash64(key); }
  };

  std::size_t max_bytes_, group_bytes_, bytes_ = 0;
  Group empty_, rest_;
  bool has_rest_ = false;
  std::uint64_t bound_ = UINT64_MAX;  ///< keys with such a hash or a higher one are of the rest
  std::unordered_map<std::string, Group, Hash, std::equal_to<>> groups_;
  std::vector<std::pair<std::uint64_t, const std::string*>> order_;  ///< heap, highest hash first; keys of groups_
};

}  // namespace yorozu::query
