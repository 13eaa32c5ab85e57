#include "base/buffer.h"

#include <algorithm>
#include <new>

namespace yorozu {

void Buffer::grow(std::size_t n) {
  const std::size_t wanted = std::max<std::size_t>({size_ + n, capacity_ * 2, 256});
  char* moved = static_cast<char*>(std::realloc(data_.get(), wanted));
  if (moved == nullptr) throw std::bad_alloc();
  data_.release();  // NOLINT(bugprone-unused-return-value): realloc has freed or moved it
  data_.reset(moved);
  capacity_ = wanted;
}

}  // namespace yorozu
