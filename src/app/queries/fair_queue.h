/// What waits, in turn between those who asked: one of each before the second of anybody. Bounded for all and for each.
/// Not thread-safe. Values in, values out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace yorozu::queries {

struct QueueLimits {
  std::size_t all = 64, each = 16;
};

template <class Item>
class FairQueue {
 public:
  explicit FairQueue(QueueLimits limits) : limits_(limits) {}

  /// False: full, for all or for this one.
  bool push(const std::string& who, Item item) {
    auto turn = find(who);
    if (size_ >= limits_.all || (turn != turns_.end() && turn->items.size() >= limits_.each)) return false;
    if (turn == turns_.end()) turn = turns_.insert(turns_.end(), Turn{who, {}});
    turn->items.push_back(std::move(item));
    ++size_;
    return true;
  }

  /// Back to the front of its own and of all: it was taken and could not be begun.
  void push_front(const std::string& who, Item item) {
    Turn turn{who, {}};
    if (const auto known = find(who); known != turns_.end()) {
      turn = std::move(*known);
      turns_.erase(known);
    }
    turn.items.push_front(std::move(item));
    turns_.push_front(std::move(turn));
    ++size_;
  }

  std::optional<std::pair<std::string, Item>> pop() {
    if (turns_.empty()) return std::nullopt;
    Turn turn = std::move(turns_.front());
    turns_.pop_front();
    std::pair<std::string, Item> out{turn.who, std::move(turn.items.front())};
    turn.items.pop_front();
    if (!turn.items.empty()) turns_.push_back(std::move(turn));
    --size_;
    return out;
  }

  /// Takes out what `is_it` finds; false: nothing.
  template <class Predicate>
  bool remove(Predicate is_it) {
    for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
      const auto item = std::ranges::find_if(turn->items, is_it);
      if (item == turn->items.end()) continue;
      turn->items.erase(item);
      if (turn->items.empty()) turns_.erase(turn);
      --size_;
      return true;
    }
    return false;
  }

  /// How many go before the next item of `who` would, and that one: 1 is the next.
  std::size_t position_of_next(const std::string& who) const {
    const auto own = std::ranges::find(turns_, who, &Turn::who);
    const std::size_t round = own == turns_.end() ? 0 : own->items.size();
    std::size_t before = round;
    for (const Turn& turn : turns_)
      if (turn.who != who) before += std::min(turn.items.size(), round + 1);
    return before + 1;
  }

  std::size_t size() const { return size_; }

 private:
  struct Turn {
    std::string who;
    std::deque<Item> items;  ///< never empty while it stands here
  };
  typename std::deque<Turn>::iterator find(const std::string& who) {
    return std::ranges::find(turns_, who, &Turn::who);
  }

  const QueueLimits limits_;
  std::deque<Turn> turns_;  ///< whose turn is next
  std::size_t size_ = 0;
};

}  // namespace yorozu::queries
