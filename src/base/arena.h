/// Memory that lives exactly as long as one batch: allocated by moving a pointer, freed all at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace yorozu {

class Arena {
 public:
  /// `n` bytes, 8-aligned, uninitialised; valid until clear().
  std::uint8_t* allocate(std::size_t n) {
    n = (n + 7) & ~std::size_t{7};
    if (static_cast<std::size_t>(end_ - at_) < n) add_block(n);
    std::uint8_t* out = at_;
    at_ += n;
    return out;
  }
  std::string_view copy(std::string_view text) {
    std::uint8_t* to = allocate(text.size());
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return {reinterpret_cast<const char*>(to), text.size()};
  }
  /// Of an empty arena: makes its first block just `n` bytes, so that a batch of one short frame does not hold kBlock.
  void reserve(std::size_t n) {
    if (blocks_.empty()) add_block_of(n);
  }
  /// Keeps the first block for the next batch.
  void clear();
  std::size_t bytes_held() const;

 private:
  void add_block(std::size_t at_least);
  void add_block_of(std::size_t size);

  static constexpr std::size_t kBlock = std::size_t{64} * 1024;
  struct Block {
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t size;
  };
  std::vector<Block> blocks_;
  std::uint8_t* at_ = nullptr;
  std::uint8_t* end_ = nullptr;
};

}  // namespace yorozu
