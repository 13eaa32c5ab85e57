/// A set of tokens that only grows, for collecting those of a block or segment: open addressing, no order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "archive/index/tokens.h"

namespace yorozu::archive::index {

class TokenSet {
 public:
  /// At most this many are kept; then is_full().
  explicit TokenSet(std::size_t most) : most_(most) { clear(); }

  void insert(Token token) {
    if (token == kEmpty) {
      full_ = true;
      return;
    }
    std::size_t at = token & mask_;
    while (slots_[at] != token) {
      if (slots_[at] == kEmpty) {
        if (keys_.size() == most_) {
          full_ = true;
          return;
        }
        slots_[at] = token;
        keys_.push_back(token);
        if (keys_.size() * 2 > slots_.size()) grow();
        return;
      }
      at = (at + 1) & mask_;
    }
  }
  /// Each token once. Valid until the next change.
  std::span<const Token> tokens() const { return keys_; }
  /// Some were not taken in.
  bool is_full() const { return full_; }

  void clear() {
    // A set that was large once does not stay so: small ones are cleared in no time.
    if (slots_.size() > kStart * 16) slots_ = {};
    slots_.assign(slots_.empty() ? kStart : slots_.size(), kEmpty);
    mask_ = slots_.size() - 1;
    keys_.clear();
    full_ = false;
  }

 private:
  static constexpr Token kEmpty = 0;  ///< a token that is just this counts as one that found no place
  static constexpr std::size_t kStart = std::size_t{1} << 12;

  void grow() {
    slots_.assign(slots_.size() * 2, kEmpty);
    mask_ = slots_.size() - 1;
    for (const Token key : keys_) {
      std::size_t at = key & mask_;
      while (slots_[at] != kEmpty) at = (at + 1) & mask_;
      slots_[at] = key;
    }
  }

  std::size_t most_, mask_ = 0;
  std::vector<Token> slots_, keys_;
  bool full_ = false;
};

}  // namespace yorozu::archive::index
