/// A quick look over the bytes of a whole record: can any of its UTF-16LE texts hold one of a few dozen literals?
/// Nearly always the answer is no, and then nothing of the record has to become text for a rule that asks all values.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace yorozu::detect {

class KeywordFilter {
 public:
  /// `literals`: folded, sentinels in front or behind are left out of account. nullptr: one of them does not lend
  /// itself to this (too short, not ASCII), or this program is built for processors that are too slow at it.
  static std::shared_ptr<const KeywordFilter> make(const std::vector<std::string>& literals);

  /// False: the folded text of no UTF-16LE value inside `bytes`, at even or odd places, has one of the literals.
  bool may_contain(ByteView bytes) const;

 private:
  static constexpr std::size_t kProbe = 3;  ///< units of a literal that are searched for
  static constexpr std::size_t kBuckets = 8;
  struct Literal {
    std::string text;
    std::size_t probe = 0;  ///< where the probe stands in it
  };

  bool verify(ByteView bytes, std::size_t at, std::uint8_t buckets) const;

  std::array<std::vector<Literal>, kBuckets> buckets_;
  /// For each unit of the probe: which buckets have one with such a lower (upper) half byte.
  alignas(16) std::array<std::array<std::uint8_t, 16>, kProbe> low_{}, high_{};
};

}  // namespace yorozu::detect
