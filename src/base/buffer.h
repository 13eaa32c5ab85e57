/// A growing run of characters for hot paths: no zero fill, capacity kept across clear(), appended to by pointer.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace yorozu {

class Buffer {
 public:
  Buffer() = default;

  /// Room for at least `n` more characters. Write there, then advance(); any view taken before is void.
  char* reserve(std::size_t n) {
    if (capacity_ - size_ < n) grow(n);
    return data_.get() + size_;
  }
  void advance(std::size_t n) { size_ += n; }

  void append(std::string_view text) {
    if (text.empty()) return;  // memcpy wants real addresses even for nothing
    std::memcpy(reserve(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void append(char c) {
    *reserve(1) = c;
    ++size_;
  }

  void clear() { size_ = 0; }
  void truncate(std::size_t size) { size_ = size; }
  /// Gives memory back when more than `limit` is held, so that one monstrous value does not stay for good.
  void shrink(std::size_t limit) {
    if (capacity_ > limit) {
      data_.reset();
      size_ = capacity_ = 0;
    }
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const char* data() const { return data_.get(); }
  std::string_view view() const { return {data_.get(), size_}; }
  std::string_view view_from(std::size_t start) const { return {data_.get() + start, size_ - start}; }

 private:
  void grow(std::size_t n);

  struct Free {
    void operator()(char* p) const { std::free(p); }  // realloc'ed below
  };
  std::unique_ptr<char, Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace yorozu
