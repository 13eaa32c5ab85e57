/// A static set of tokens in nine bits a token: binary fuse filter with 8-bit fingerprints (Graf, Lemire: Binary Fuse
/// Filters, 2022). It never denies a token that was put in, and takes one of 256 others for one of its own.
/// docs/formats/index.md has its bytes. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "archive/index/tokens.h"
#include "base/bytes.h"
#include "base/result.h"

namespace yorozu::archive::index {

/// How a filter of so many slots is laid out; what is stored beside its bytes.
struct FuseShape {
  static constexpr std::uint32_t kMaxSegment = 1U << 18;

  std::uint64_t seed = 0;
  std::uint32_t slots = 0;           ///< bytes of the filter; 0: the empty set
  std::uint32_t segment_length = 0;  ///< a power of two; slots is a multiple of it, at least three times as large
  bool operator==(const FuseShape&) const = default;

  /// Whatever is stored, positions() of a valid shape stay below `slots`.
  bool is_valid() const;
  /// Where the three fingerprints of a token stand, ascending. The filter is not empty.
  std::array<std::uint32_t, 3> positions(Token token) const;
  std::uint8_t fingerprint(Token token) const;
};

struct FuseFilter {
  FuseShape shape;
  std::vector<std::uint8_t> bytes;

  bool may_contain(Token token) const;
};

/// `tokens`: no repetitions. Takes about 25 bytes of memory a token while it works.
FuseFilter build_fuse_filter(std::span<const Token> tokens);

}  // namespace yorozu::archive::index
