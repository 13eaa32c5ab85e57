#include "base/arena.h"

#include <algorithm>

namespace yorozu {

void Arena::add_block(std::size_t at_least) {
  add_block_of(std::max(at_least, kBlock));
}

void Arena::add_block_of(std::size_t size) {
  blocks_.push_back({std::make_unique_for_overwrite<std::uint8_t[]>(size), size});
  at_ = blocks_.back().memory.get();
  end_ = at_ + size;
}

void Arena::clear() {
  if (blocks_.empty()) return;
  blocks_.resize(1);
  at_ = blocks_.front().memory.get();
  end_ = at_ + blocks_.front().size;
}

std::size_t Arena::bytes_held() const {
  std::size_t sum = 0;
  for (const Block& block : blocks_) sum += block.size;
  return sum;
}

}  // namespace yorozu
