// Each token has three slots in three neighbouring segments of the array; the exclusive or of what stands there is its
// fingerprint. To build: peel off, again and again, a token that is alone in one of its slots; in the reverse order
// each can then be given its fingerprint through that slot without touching another. With 1/8 more slots than tokens
// peeling succeeds nearly always; else another seed is tried.
#include "archive/index/fuse_filter.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/assert.h"

namespace yorozu::archive::index {

namespace {

std::uint64_t mix(Token token, std::uint64_t seed) {  // the finaliser of MurmurHash3
  std::uint64_t h = token + seed;
  h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDULL;
  h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return h ^ (h >> 33);
}

std::uint32_t high_product(std::uint64_t hash, std::uint32_t range) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint32_t>(static_cast<Wide>(hash) * range >> 64);
}

std::array<std::uint32_t, 3> places(std::uint64_t hash, const FuseShape& shape) {
  const std::uint32_t length = shape.segment_length, mask = length - 1;
  const std::uint32_t first = high_product(hash, shape.slots - 2 * length);
  return {first, (first + length) ^ (static_cast<std::uint32_t>(hash >> 18) & mask),
          (first + 2 * length) ^ (static_cast<std::uint32_t>(hash) & mask)};
}

std::uint8_t print_of(std::uint64_t hash) {
  return static_cast<std::uint8_t>(hash ^ (hash >> 32));
}

/// The sizes that section 4 of the paper found best for three segments.
FuseShape shape_for(std::size_t tokens) {
  FuseShape shape;
  if (tokens == 0) return shape;
  const double n = static_cast<double>(std::max<std::size_t>(tokens, 2));
  const int power = static_cast<int>(std::floor(std::log(n) / std::log(3.33) + 2.25));
  shape.segment_length = std::min(1U << power, FuseShape::kMaxSegment);
  const double factor = std::max(1.125, 0.875 + 0.25 * std::log(1e6) / std::log(n));
  const auto capacity = static_cast<std::uint32_t>(std::llround(n * factor));
  const std::uint32_t segments = std::max((capacity + shape.segment_length - 1) / shape.segment_length, 3U);
  shape.slots = segments * shape.segment_length;
  return shape;
}

class Peeling {
 public:
  Peeling(std::span<const Token> tokens, const FuseShape& shape)
      : tokens_(tokens), shape_(shape), counts_(shape.slots), hashes_(shape.slots), found_(tokens.size()) {}

  /// False: this seed leaves tokens that are nowhere alone.
  bool run() {
    std::ranges::fill(counts_, 0);
    std::ranges::fill(hashes_, 0);
    for (const Token token : tokens_) {
      const std::uint64_t hash = mix(token, shape_.seed);
      for (const std::uint32_t place : places(hash, shape_)) {
        ++counts_[place];
        hashes_[place] ^= hash;
      }
    }
    alone_.clear();
    for (std::uint32_t place = 0; place < shape_.slots; ++place)
      if (counts_[place] == 1) alone_.push_back(place);
    std::size_t peeled = 0;
    while (!alone_.empty()) {
      const std::uint32_t place = alone_.back();
      alone_.pop_back();
      if (counts_[place] != 1) continue;
      const std::uint64_t hash = hashes_[place];
      found_[peeled++] = {hash, place};
      for (const std::uint32_t other : places(hash, shape_)) {
        hashes_[other] ^= hash;
        if (--counts_[other] == 1) alone_.push_back(other);
      }
    }
    return peeled == tokens_.size();
  }

  void fill(std::vector<std::uint8_t>& bytes) const {
    for (std::size_t i = found_.size(); i-- > 0;) {
      const auto [hash, place] = found_[i];
      std::uint8_t print = print_of(hash);
      for (const std::uint32_t other : places(hash, shape_))
        if (other != place) print = static_cast<std::uint8_t>(print ^ bytes[other]);
      bytes[place] = print;
    }
  }

 private:
  struct Found {
    std::uint64_t hash = 0;
    std::uint32_t place = 0;
  };
  std::span<const Token> tokens_;
  const FuseShape& shape_;
  std::vector<std::uint32_t> counts_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint32_t> alone_;
  std::vector<Found> found_;
};

}  // namespace

bool FuseShape::is_valid() const {
  if (slots == 0) return true;
  return std::has_single_bit(segment_length) && segment_length <= kMaxSegment && slots % segment_length == 0 &&
         slots / segment_length >= 3;
}

std::array<std::uint32_t, 3> FuseShape::positions(Token token) const {
  return places(mix(token, seed), *this);
}

std::uint8_t FuseShape::fingerprint(Token token) const {
  return print_of(mix(token, seed));
}

bool FuseFilter::may_contain(Token token) const {
  if (shape.slots == 0) return false;
  std::uint8_t print = shape.fingerprint(token);
  for (const std::uint32_t at : shape.positions(token)) print = static_cast<std::uint8_t>(print ^ bytes[at]);
  return print == 0;
}

FuseFilter build_fuse_filter(std::span<const Token> tokens) {
  FuseFilter filter;
  filter.shape = shape_for(tokens.size());
  filter.bytes.resize(filter.shape.slots);
  if (tokens.empty()) return filter;
  Peeling peeling(tokens, filter.shape);
  // One seed in some hundred fails; a hundred in a row means that a token stands twice.
  for (int attempt = 0;; ++attempt) {
    YOROZU_ASSERT(attempt < 100, "tokens are without repetitions");
    if (peeling.run()) break;
    filter.shape.seed += 0x9E3779B97F4A7C15ULL;
  }
  peeling.fill(filter.bytes);
  return filter;
}

}  // namespace yorozu::archive::index
